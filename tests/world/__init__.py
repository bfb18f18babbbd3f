"""Whole sessions in worlds of their own: time, order, market, faults and people follow from a seed."""
