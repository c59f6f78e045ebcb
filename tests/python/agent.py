"""The official MCP client of PyPI: lists the tools and calls some, and writes what came as one JSON line."""

import asyncio
import json
import sys

from mcp import Client


async def main(url: str, asked: str) -> None:
    async with Client(url) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        calls = {}
        for name, arguments in json.loads(asked).items():
            result = await client.call_tool(name, arguments)
            calls[name] = {"error": result.is_error, "text": result.content[0].text, "data": result.structured_content}
        print(json.dumps({"tools": tools, "calls": calls}))


asyncio.run(main(*sys.argv[1:]))
