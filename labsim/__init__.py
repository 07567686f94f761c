"""labsim: container-image registries, simulated to the letter."""
