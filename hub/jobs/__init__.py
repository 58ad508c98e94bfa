"""Scheduler and workers."""
