# syntax=docker/dockerfile:1
# The gateway, with what stdio servers start with: npx and uvx. The sample server comes along, for the AppHost.
#
#   docker build -t mcp-proxy .
#   docker run -p 127.0.0.1:8080:8080 mcp-proxy -- npx -y @modelcontextprotocol/server-everything

ARG DOTNET_SDK=10.0.401-noble
ARG DOTNET_RUNTIME=10.0.12-noble
ARG NODE=24.21.0-bookworm-slim
ARG UV=0.13.8

FROM mcr.microsoft.com/dotnet/sdk:${DOTNET_SDK} AS build
WORKDIR /source
# Restored by themselves, so that a change of code does not restore again.
COPY global.json CompileAhead.targets Directory.Build.props Directory.Build.targets Directory.Packages.props Program.props ./
COPY McpProxy.Bridge/McpProxy.Bridge.csproj McpProxy.Bridge/
COPY McpProxy.Cli/McpProxy.Cli.csproj McpProxy.Cli/
COPY McpProxy.Gateway/McpProxy.Gateway.csproj McpProxy.Gateway/
COPY McpProxy.Relay/McpProxy.Relay.csproj McpProxy.Relay/
COPY McpProxy.ServiceDefaults/McpProxy.ServiceDefaults.csproj McpProxy.ServiceDefaults/
COPY samples/McpProxy.Samples.Everything/McpProxy.Samples.Everything.csproj samples/McpProxy.Samples.Everything/
RUN dotnet restore McpProxy.Cli && dotnet restore samples/McpProxy.Samples.Everything
COPY . .
RUN dotnet publish McpProxy.Cli -o /out \
    && dotnet publish samples/McpProxy.Samples.Everything -o /out/samples/everything

FROM node:${NODE} AS node

FROM ghcr.io/astral-sh/uv:${UV} AS uv

FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET_RUNTIME} AS final
# tini reaps what servers leave behind: the gateway would be process 1, which inherits their orphans.
# libatomic1 and libstdc++6 are node's; python3 spares uvx a download; git is how some npm and Python servers are fetched.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates git libatomic1 libstdc++6 python3 tini \
    && rm -rf /var/lib/apt/lists/*
COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
    && npx --version
COPY --from=uv /uv /uvx /usr/local/bin/
COPY --from=build /out /app
# APP_UID is the user that .NET images have for applications; by number, so that Kubernetes can tell that it is not root.
# The caches of npx and uvx are in the home folder; servers get HOME and PATH from the gateway.
ENV HOME=/home/app \
    PATH=/app:$PATH \
    ASPNETCORE_HTTP_PORTS=8080
WORKDIR /home/app
USER $APP_UID
EXPOSE 8080
ENTRYPOINT ["tini", "--", "mcp-proxy"]
