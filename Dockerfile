# MimKit on Debian 12: everything that ./mimkit needs, built once.
#   docker build -t mimkit . && docker run --rm -v "$PWD/reports:/mimkit/reports" mimkit ./mimkit run notebooks/00-tour.ipynb
#   docker run --rm -p 8888:8888 mimkit ./mimkit lab --ip=0.0.0.0 --allow-root
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl git libicu72 && rm -rf /var/lib/apt/lists/*
RUN curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0 --install-dir /usr/share/dotnet && ln -s /usr/share/dotnet/dotnet /usr/local/bin/dotnet
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /mimkit
COPY . .
RUN apt-get update && ./mimkit setup && rm -rf /var/lib/apt/lists/*
CMD ["./mimkit", "doctor"]
