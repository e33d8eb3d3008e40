"""LangChain: the model's own calls are watched, whatever calls them. Nothing of LangChain is patched.

python chain.py "What is a paper clip?"
"""

from __future__ import annotations

import sys

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

import genai_sentry


def main(question: str) -> str:
    """Ask through a chain, fall back to a second model, stream the answer."""
    genai_sentry.init()
    prompt = ChatPromptTemplate.from_messages([("system", "Answer in one sentence."), ("user", "{question}")])
    first = ChatOpenAI(model="gpt-4o-mini", max_retries=0, stream_usage=True)
    second = ChatOpenAI(model="gpt-4o", max_retries=0, stream_usage=True)
    chain = prompt | first.with_fallbacks([second]) | StrOutputParser()
    with genai_sentry.label(feature="chain"):
        answer = "".join(chain.stream({"question": question}))
    stats = genai_sentry.stats()
    print(answer)
    print(f"{stats.calls} calls, failures {dict(stats.failures_by_type)}, ${stats.cost_usd:.6f}")
    genai_sentry.flush()
    return answer


if __name__ == "__main__":
    main(sys.argv[1])
