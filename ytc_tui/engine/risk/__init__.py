"""The risk gate: one file per rule, and the only place where an order becomes an approved order.

`gate` asks every rule of `registry` and builds approvals; `reducing` judges what only makes safer.
A rule is a module with RULE, SUMMARY and check(); `answers` and `exposure` hold what rules share.
"""
