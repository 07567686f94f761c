"""What learners are asked: predictions before a run, and tasks judged by the state they leave.

Nothing here shows anything: a check must run in a grader that has no display.
"""
