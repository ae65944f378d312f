"""The specification of a tiny data set, whose file is named by %s."""

SPEC = """\
dataset: tiny
task: binary
layout: wide
files: [{path: "%s", split: test}]
features: [{name: a, columns: [a1, a2]}]
target: {column: y, positive: 1}
inputs: {sequence: {input: sequence, length: 2}}
output: {kind: probability}
"""
