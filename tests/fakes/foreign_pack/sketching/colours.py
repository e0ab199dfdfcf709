"""Beside the pipeline, to be imported relatively."""


def colour_of(seed):
    return seed % 0x1000000
