"""What is seen of LLM calls: endpoint by client by mode, beside other instrumentations, over the same exchanges."""
