"""What the made-up layers of ``RUN`` hash to; written by ``tools/run_digests.py``, never by hand.

Rows, with the place they write to, to: bytes of the tar, its SHA-256 (the DiffID), the packed
blob's SHA-256.
"""

from __future__ import annotations

__all__ = ["KNOWN"]

KNOWN: dict[str, tuple[int, str, str]] = {
    "apt-update": (
        19406336,
        "6cbce3b2161a58928c48764f61c0357d1eb9f69beaf28e5b47457ea6d766ae83",
        "f4b1e0092268de7c7bc0eea5532828dc9f845d6b31ca93410aa60cc355ccc936",
    ),
    "apt-install": (
        38010880,
        "275a151394d142ebe372b88e847d63627b3e74708890c560194cd72624edd452",
        "1d5e44fc6fd726b558374d9f420528de2ef2d858596bc636f710c8905e2f25d3",
    ),
    "apt-upgrade": (
        61006848,
        "6047b0bc42dcd5fe4aaeea20e07206fd2897e5fea307c4ce5286ff8aeec26991",
        "05d30d8cc9fffde5703a91f558f32f924199027a945bd8b1f87adec17903ef97",
    ),
    "apk-update": (
        2304000,
        "62f6a3e0b5ab81936118c830a6ec1cd17d95c692a07db86dfeaed73a7b4f56bb",
        "58f283e673de60788f99a97c196d6531a45e62570efc3505f6f31ae15534dc0f",
    ),
    "apk-add": (
        9806848,
        "7ab8e459c1f6bbb820926f17797457f4abb1f2812b4c098d842453de5e112ad1",
        "b60fd2dcb2c8cc23d6431ad957d93d75b83412fa9367c2ae261466dcc033bda0",
    ),
    "dnf-install": (
        92007936,
        "01f800ffe1f338e182e17869cd9f668cb000a4c249fdbb3c93f86c0099aa6448",
        "3c37c0d314fb4563fef70f74cc0533f23f4c50fc8b19836e268d0774e869ee77",
    ),
    "pip-install": (
        46006784,
        "55de83d623881f997abddb460dd90061dcfd26e34d2d44d6c542700179e41426",
        "392d29e1ea40d90fa2a67f4c3688b0f25cb7c843ca4d9e77494b09cd30ab5e34",
    ),
    "npm-install@app": (
        64005632,
        "13f6cc97bf0f080950cdc27b350e54491c67ff70078ee77876f4f683138d35f0",
        "1d132c2ce038190916994fb76ffda411a4cf5f75580eaaee9f7975fe2b989c60",
    ),
    "npm-install@src": (
        64005632,
        "4f27290abd7ba6533c22151ef1b8846cd450de4d009d9cd6663ff1800ef210c6",
        "9a11a16e8e86d89227e1cf77705e841295244db4e77042b1f0a2b1629f0ddcda",
    ),
    "npm-install@usr/src/app": (
        64006656,
        "47d2ca2b70a939452c2043e223ca24198177fdfefae26e8cffe613fb92721770",
        "ab2531375b14a16b34ac88e7d2412cf6ca1c8f09266be7034ad817bd623d4840",
    ),
    "npm-install@work": (
        64005632,
        "f26d0857d41d111394271a1a8b1c0281875d0e8bc9ee8d5e9fc8021077ccbf1b",
        "ca88080850dbc024902bbec62fe0a5b04a4ec352de7a6de0b0b9d44c1c5ea0df",
    ),
    "npm-build@app": (
        2605056,
        "c751d22bd051895e94a84bcedb1fdf0d73d126451114707705b42c048374f2cd",
        "a3aeb2bb13518e0e08561b31a6fc6fd81b07a8c078d39f7326dec2e0d4515da4",
    ),
    "npm-build@src": (
        2605056,
        "d33733da46340aa388f492ca63a94f608df51f4062f9dc3b3f3866d4d87e7bd0",
        "2277cc1bd5cb76a2ad116b5e23d23992eb53fc811ab6412749c3bbc8d18755e5",
    ),
    "npm-build@usr/src/app": (
        2606080,
        "9404d4ce3a1b031f5613f3e978e37bb583eaeece1a263971d9c08df82c8cc5a8",
        "b1beb9ac4797e7e351b3873a76707e1ba0001cc780c3f531b2cf19bb84217c5f",
    ),
    "npm-build@work": (
        2605056,
        "5645ae7ba3ed11d03c3ce3d265f26fcf13a0196edb4ce4d823e524d391c576de",
        "8fadf9796fb86116ff96c04661728bd0c4bc4eeaa247fcbfddb8e303aa8b0f13",
    ),
    "go-download": (
        40007680,
        "679b41a9af9f902383ba016f19e6182e3134ae6407254e824e39bf1bf2eb9ed3",
        "9737aa55e526d4dc9f47ec76397277d95cfb201b9f63ed78c5f6fd957543e8ab",
    ),
    "go-build@app/app": (
        22005248,
        "dc87b9517d58895a30db37ab8be4c1466acb11ef1eb5eec8ce879a6551635e02",
        "22927aa501d0d6419c79a88a8ebc3467295bcc5cf5e60e917c1cdc8304fdda05",
    ),
    "go-build@app/server": (
        22005248,
        "5a4824285f740d1477c078f6a391b351b9bbcf009baea16897aaea94fc4551ed",
        "a2fa5863554f45cdd36fd52b66f2c54890bf324cbe0d4acf941b61de8bf54281",
    ),
    "go-build@main": (
        22004736,
        "a6857fea7c31dc1f69a59233b8050b1dc63bcabf1e248a45942ad9fd7c86b7fd",
        "2aa925400afc99e1a80a893335bee1c014816ddc5c6c065355621b054bbe5b9f",
    ),
    "go-build@out/app": (
        22005248,
        "b5ab088f756b1667253d2d139ae974adcc783de248cfff56aab9408524c84e1a",
        "fdb917315cd732259c34677f54e0b96b0358c39f6fc3698f70c968f1701b6517",
    ),
    "go-build@server": (
        22004736,
        "cd1f75aae803d62702521e5785e100f8fe0c774d93af85d95203b261267561dd",
        "185ecf309b612531f043f37a65cafae5487c7c9dec920dce8c4e483ecb247cd7",
    ),
    "go-build@src/app": (
        22005248,
        "09c12c768046a4e0b5fa27553f6f41d99f249f59105e6c3447cc45f516a6439e",
        "90f6e27b34b3f6e579ccb18ae312af546873d5354d1e8868c76de1f66e162bfd",
    ),
    "go-build@usr/local/bin/app": (
        22006272,
        "ce2d873246f8db053982de70255d79f2afeea8e795640be8d4b68678e6f26a9e",
        "ea660670236acaebf442ea423c2d40d1da2c3c70936a58ae7b7c2a65d3c0e07c",
    ),
    "go-build@tmp/download": (
        22005248,
        "e59685410de6f339ec21a9dbb3c7ae0f96223fa24f2b8e951e1a396a1f84ba1d",
        "b17c7fc0b89f2905b52ffb375a01e5aec9655ab63f05c9890973e3d5b65a78c4",
    ),
    "cargo-build@app": (
        74008576,
        "5d1c12aad80318e90aa24080bcc03de8298739ef9e9980260990116075ce39a2",
        "a4241d8ad0ba5cf361743e15b76ae67d7a0c36a8b077933d70287b9955599a13",
    ),
    "cargo-build@src": (
        74008576,
        "1c538b9a17b8dd293ca8153b644f594d11ee16996d48b63d8e924c6291d69d15",
        "bdf87500255ae0573df6d419f005525e4f53520a1ea8a5bad3ad0743666da649",
    ),
    "cargo-build@usr/src/app": (
        74009088,
        "a89c1e61fc15489c867d11d156af221d23e6c7097a640f7899de200c7974c4fc",
        "8ae6f0ff15c7540950c315aa4336c09c3292bb0ea17e4138ab73c2bedaf8ca1e",
    ),
    "cargo-build@work": (
        74008576,
        "eb5b5ec5fc6ba5ce79f60a842cea8c65ccf8cfef0b707003f2de5f169e10b9e6",
        "10a4318d6411d3943cccc848ea594e10091a20337af1ab42d12b8be4c91672c7",
    ),
    "maven@app": (
        58006528,
        "6d1debd6e0c7901d1620e857d8f3b3c26266501b49c592b095d337d9497d680d",
        "b2b0850ec1c3a34aadec7c1dec64b790b752183896e61fd930b8fb4c20ddbbe8",
    ),
    "maven@src": (
        58006528,
        "18306795e40bb6c8d37e3673f32766b565bac15bf2e2b8cea36cad4d789e550b",
        "0a2a8f814c42792e26a9fbd0f2adada0cfa02ac7ac85af8785dd18474f0783d8",
    ),
    "maven@usr/src/app": (
        58007552,
        "c549e93600f3ea754b5535885e1ea4b9b0dc220aa684ee74e52ee1351d1a05f7",
        "df2799cb3cdce7170982276bd58fe21e0fa37e0d237dc3e758ed0e94e879aa0d",
    ),
    "maven@work": (
        58006528,
        "d67471b5d846f35426e3f7c44f8de821a36d1ab39bc2993382716ad30ee7e2c7",
        "06ae4ae8a07f604d642ace7e3ff89a256113cd0269d607d97a5fdb948d824816",
    ),
    "gradle@app": (
        71005696,
        "9dedc74594d5a114ef369235d06fff6df6adb7f8b9428d15686078516154c836",
        "af4fc5d6001782c39ede10e244cca5f8756a9a8f518c332ad17524e0bd0dc159",
    ),
    "gradle@src": (
        71005696,
        "8cc165a194607c8a16caa8110236589245e6de82bee89a1d5601009759ff83c0",
        "104e65af0d3418883f0a8165f6eecbef0f7cf70fbff9710ca5abdff816cf4f6a",
    ),
    "gradle@usr/src/app": (
        71006720,
        "01e05080babd61381a02989a1e607d76a8c7096f2e3f884610bb160997650283",
        "9806ee6cc74cd4e5ffdcc128a392405ca9fa8afa036a0643de8f53bb4280fd64",
    ),
    "gradle@work": (
        71005696,
        "387e3d9afa8c52f1ce28a368c07ccc5f2d1a2d341c896d2c0336fb0c3bec4a50",
        "ec11ee744944d413e9258b59c90ceb53935088a84d22ad01f378122b1ec52172",
    ),
    "dotnet@app": (
        31006720,
        "20c86a31c5de473dc456f634aa23ec9efe27406d0e2c87981742795db95ad49d",
        "698d52a0aa76e040fdac34d6f85802c29da2529fc6666c21fda43bb502343c79",
    ),
    "dotnet@src": (
        31006720,
        "58fa7b831c2a8c7c685435a61309c63e61a8d4ca10bcfbc9ca9f6d0a9758069b",
        "77f3a37fcd133c0726b32330e442afc8d6e17fc79565cf733ef04296e2053005",
    ),
    "dotnet@usr/src/app": (
        31007744,
        "293d6449a1a768d5b5931066f620ec744cdcbf0176c806d826e153c844e5b3e7",
        "2c873b592f33faf5765947f7037abf9b61652a473164651de809e579f2340c85",
    ),
    "dotnet@work": (
        31006720,
        "7ef42359493c56ec8ffe23c39558277a70f5bc7436cf5c14da16373221848929",
        "95b33b91a7e1e0a2a4178fb37e0ef1b962c6b8b13c2e531fd2d797d82d361641",
    ),
    "make@app": (
        4203520,
        "28157fb89413f6079a228a88ae6204ba125fce6f84dbb0a453eaa85f73a8ced8",
        "a8a8f870a408b7958daaeeeb61aa2cb5179f18495d1c4c7aa0a880e6b577291d",
    ),
    "make@src": (
        4203520,
        "c69d4be673201582b52f968e8497514bbc8c89bb02eb090afbb07fad967255cf",
        "5dd2b2aaf6c6023f660933c90a78b0b26ae83095c11b97829a13bf42c5268456",
    ),
    "make@usr/src/app": (
        4204544,
        "dbf1146a58fc95cb2cc9f50e9bf6f08715d1aa8354c08904d727c7bdea6bd12f",
        "d0aeaab9b2ee5ae4c3ffc37546bc71d26f507b8acd5b46d40bdf4e7ccb00a518",
    ),
    "make@work": (
        4203520,
        "1fa30160cb5d7186d588a4a22bcb43f03b517d985b8a0b24c1f50083a47cd4b5",
        "1229bb11b3ed7b783210d24e44a6a88ce963216650b07be60731a179babe2b35",
    ),
    "compile@app/app": (
        1104896,
        "4133f15b2372b020e8bbc091dd5a8d153e524d5c4da7ded397e5ab64b7e2f46f",
        "a9690ffbab95a0adef44ddc29469aae61a48ceb854f5c6906567f5de63efbb91",
    ),
    "compile@app/server": (
        1104896,
        "08213af327bd26efd7e8a36fb71be14b6bd51ca9a8c2dd6ec29a32d69ba00a0d",
        "c0f4e315dbe370b81d05b176c1e420beedf7fb45fde84b83ca881d8de18090d6",
    ),
    "compile@main": (
        1104384,
        "5fa4c07fdd8fbbaaf1db72ddbb0fdfd240920d4282ae4ae1d880c3d48a699b85",
        "e8095fb7629f22844aa030e4f8b38f14782e50ba0ca2e64d9fdc60a1b116d3e1",
    ),
    "compile@out/app": (
        1104896,
        "d313717e9aef00065a48a0a2fd7b755539a8595367a29ef74a826d13a1a0b6cc",
        "c5de0c9056c9fdba043e49147e57069014989e619f2eb7e4930c203876f46df4",
    ),
    "compile@server": (
        1104384,
        "ee2a67cc586f0e82fe438cdd9f7d41e544f176b6e35d594cad6fa7fb509b20ce",
        "3dea8e0597e37bbd5aabcdf9d8fc83f595ede3b87567102e34b59143f06072da",
    ),
    "compile@src/app": (
        1104896,
        "41320e8e655bb2c40e83a09cb94aff8054b4c7cedd6b92ceb88feb27dcb00fbe",
        "9889d0133ea5414b90210a2e6b69ecedc01a8ae696ded83fb8d6dbecfeba688d",
    ),
    "compile@usr/local/bin/app": (
        1105920,
        "90585a200df38656b1506daf42780ab00f9f986fdeb3f0398f39e5139712ebe5",
        "6ef5bd037b1ddc448bc1ef11bb4911a28da8bb3c6753533d510f363599d862aa",
    ),
    "compile@tmp/download": (
        1104896,
        "bdc941fd9f22bb0f44f403dd64c3c04d0a18281a08d1b09f627d6c4d760092ee",
        "395a9fef367b4b1fdeeff093658c79445dc3c10bd174ee0e603b40dbe3a25278",
    ),
    "curl@app/app": (
        8004608,
        "3d25d37eb6d10fad7cf85b8d66b6487668a8dbc77fabe440262331251704fd39",
        "7beb483918a6f86401fa06a51a1fb4a31050f7ed127d131e6105f0879f45cbf6",
    ),
    "curl@app/server": (
        8004608,
        "887f3380569086f08f238ac829bef50654d872aa7dafc2686014e85f015a8e80",
        "9d8759c4a556c23e0842fff18f8cb2e17c26eb97bbd0dc91ce9201641c25beb9",
    ),
    "curl@main": (
        8004096,
        "319173eedd9d389d40f68582670cc18eb72ae98572c824076527bf64ce3eb45d",
        "923cbf4dd58f23ea2e0021ebb63765b30763be35ffeec2b29f8b3ecf6286e720",
    ),
    "curl@out/app": (
        8004608,
        "48c36b513b757ae2db8865028661c8f79aa7ec598bbb3947164246a54f580fcb",
        "9b3362b49bf00ebda364197137443daf25092337ae1d5fa3c8e7c78338bb3bb1",
    ),
    "curl@server": (
        8004096,
        "184fedcf34419a626933c1fa7e011787714908610c34f5c16f5f253c51566a0e",
        "61631a6d661fddd6645bc446b2386a5e8376bfa2dd407833b40ddfaf736892cd",
    ),
    "curl@src/app": (
        8004608,
        "81f9a26f08439a548d1aef51730bc920bbdd51759caaf5a748750871e95ebad5",
        "f96f5626b2a173ccb891d5c2826074ee84bcd4a0e11769facb1f9e4b66a64576",
    ),
    "curl@usr/local/bin/app": (
        8005632,
        "c290b8a4a6179c2329cafcf7230052dc0de2f9fc943a992ba7a046256991aaa0",
        "d40d9594ae726d9c7c51608e45cadcdf7ce5c742674c9ab38b9b54327836ad25",
    ),
    "curl@tmp/download": (
        8004608,
        "dc11e7c0a3ee42b841b0bd6861423a89650996040c08e420aa334edc16d33fe8",
        "35874c13e921c4d0fe94f71442dc2ce8d75c91c24e49f1f91857aa145e471e5f",
    ),
    "git-clone@app": (
        5204992,
        "a424dcae156d24d873566127924fae4b5ced2198e6dffa827b093d1d9fa16c1b",
        "badf42f22cfd74372011649cdcd68d5b07948be722ac61fbb4d2af3a6ee57fef",
    ),
    "git-clone@src": (
        5204992,
        "4c30ec6e99559e1edcf290a955dc405522fe06f9264a77b670455ca022f62c00",
        "39f19748a840183c9f62f38793a32c04717703327b503fe815855d50bb229b6b",
    ),
    "git-clone@usr/src/app": (
        5206016,
        "233746b21c60475e2bc6551a73532e27e9bcbb4f5ab89b776b3135f6fd39823a",
        "54824b2b98dda8dcedfcd1c9278d36c6015b4ff2ccc75009b9c09f0264de2251",
    ),
    "git-clone@work": (
        5204992,
        "e94932d630ca87384ee6168d85ffe50b632519e554bd928a9d1962b9fe449794",
        "588156352a92d4f232b930cc9d8925cb9477418365aa597ef8ce834d1da32754",
    ),
    "apt-update+apt-install": (
        57415680,
        "d8863436f6ead90f5ea53b8a67b530b2a825e0a56468428de73d09ad23fb542c",
        "e348aa971cace6ee694a12f5298bb9f5e020d88c3c4e23f34f0320c32ac809e8",
    ),
    "apt-update+apt-upgrade": (
        80410624,
        "c82d41ffb918f407722130b2b2a9ceb7c0a402b7648c763db27eed20cfb4603a",
        "f73f38b36731ec954e0188acd4ec3fd90cfe6a6e4f1f5cf15b7ac5cb24dcbfa0",
    ),
    "apk-update+apk-add": (
        12108800,
        "09f2f373aa3eed672bb3f5e81c5f0b3c86a8a0e6188ac431de777ba64b30895d",
        "90048e788237b35629c8defbb22aa1e4e25a78d0facb478eb85570025b8880ac",
    ),
    "apt-install+pip-install": (
        84016128,
        "ae36388d171dbf43001578c838d54e6ee546002d0461e2b209eb3f7e7cc47617",
        "23b4994cb5405daa411fff56d4d7e00672cbe6faf124a6ac1e0e1b04978c2def",
    ),
}
