"""Overhead of this package beside other instrumentations of the OpenAI SDK: one run, one machine, one table."""
