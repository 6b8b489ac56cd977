#!/usr/bin/env python3
"""Runs real clients against `tracetui listen --headless` and compares what comes out with what they made. See README.md."""
import json, os, shutil, signal, subprocess, sys, tempfile, venv

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.join(HERE, "../../target/release/tracetui")
WORK = os.path.join(tempfile.gettempdir(), "tracetui-interop")


def quiet(command, **options):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


def python(name, packages):
    """A Python with these packages."""
    folder = os.path.join(WORK, name)
    interpreter = os.path.join(folder, "bin/python")
    if not os.path.exists(os.path.join(folder, "ready")):
        venv.create(folder, with_pip=True)
        quiet([interpreter, "-m", "pip", "install", "-q", *packages])
        open(os.path.join(folder, "ready"), "w").close()
    return interpreter


def node(packages):
    folder = os.path.join(WORK, "node")
    if not os.path.exists(os.path.join(folder, "ready")):
        os.makedirs(folder, exist_ok=True)
        quiet(["npm", "init", "-y"], cwd=folder)
        quiet(["npm", "install", "--silent", *packages], cwd=folder)
        open(os.path.join(folder, "ready"), "w").close()
    return os.path.join(folder, "node_modules")


def go():
    folder = os.path.join(WORK, "go")
    program = os.path.join(folder, "client")
    if not os.path.exists(program):
        os.makedirs(folder, exist_ok=True)
        shutil.copy(os.path.join(HERE, "main.go"), folder)
        if not os.path.exists(os.path.join(folder, "go.mod")):
            quiet(["go", "mod", "init", "interop"], cwd=folder)
        quiet(["go", "mod", "tidy"], cwd=folder)
        quiet(["go", "build", "-o", program, "."], cwd=folder)
    return program


def rust():
    folder = os.path.join(WORK, "rust")
    program = os.path.join(folder, "target/debug/client")
    if not os.path.exists(program):
        shutil.copytree(os.path.join(HERE, "rust"), folder, dirs_exist_ok=True)
        quiet(["cargo", "build", "-q"], cwd=folder)
    return program


def java():
    """The class path of the program."""
    folder = os.path.join(WORK, "java")
    if not os.path.exists(os.path.join(folder, "path")):
        shutil.copytree(os.path.join(HERE, "java"), folder, dirs_exist_ok=True)
        quiet(["mvn", "-q", "-B", "compile", "dependency:build-classpath", "-Dmdep.outputFile=libraries"], cwd=folder)
        with open(os.path.join(folder, "libraries")) as libraries, open(os.path.join(folder, "path"), "w") as path:
            path.write(os.path.join(folder, "target/classes") + os.pathsep + libraries.read())
    with open(os.path.join(folder, "path")) as path:
        return path.read()


def cases(wanted):
    """Name of the client, door, command with {http} for a URL and {address} for host and port."""
    has = lambda name, tool: (not wanted or name in wanted) and (shutil.which(tool) or print(f"skipped {name}: no {tool} here"))
    if has("python", "python3"):
        today = python("python", ["opentelemetry-sdk", "opentelemetry-exporter-otlp", "opentelemetry-exporter-zipkin-json"])
        client = [today, os.path.join(HERE, "python_otlp.py")]
        for kind, url in [("http", "{http}/v1/traces"), ("http-gzip", "{http}/v1/traces"), ("grpc", "{http}"), ("grpc-gzip", "{http}"), ("zipkin", "{http}/api/v2/spans")]:
            for door in ["otlp-grpc", "otlp-http"] if kind in ("http", "grpc") else ["zipkin" if kind == "zipkin" else "otlp-http"]:
                yield f"opentelemetry-python {kind}", door, client + [kind, url]
        old = python("python-jaeger", ["opentelemetry-sdk==1.21.0", "opentelemetry-exporter-jaeger-thrift==1.21.0", "deprecated", "setuptools<81"])
        client = [old, "-W", "ignore", os.path.join(HERE, "python_jaeger.py")]
        yield "opentelemetry-python-jaeger udp", "jaeger-compact", client + ["udp", "{address}"]
        yield "opentelemetry-python-jaeger http", "jaeger-http", client + ["http", "{address}"]
    if has("node", "npm"):
        kinds = ["http", "proto", "grpc"]
        os.environ["NODE_PATH"] = node(["jaeger-client", "@opentelemetry/sdk-trace-node", "@opentelemetry/sdk-trace-base", "@opentelemetry/resources"] + [f"@opentelemetry/exporter-trace-otlp-{kind}" for kind in kinds])
        for kind, url in [("json", "{http}/v1/traces"), ("proto", "{http}/v1/traces"), ("grpc", "{http}")]:
            yield f"opentelemetry-js {kind}", "otlp-http", ["node", os.path.join(HERE, "node_otlp.js"), kind, url]
        yield "jaeger-client-node udp", "jaeger-binary", ["node", os.path.join(HERE, "node_jaeger.js"), "udp", "{address}"]
        yield "jaeger-client-node http", "jaeger-http", ["node", os.path.join(HERE, "node_jaeger.js"), "http", "{address}"]
    if has("go", "go"):
        client = go()
        yield "opentelemetry-go http", "otlp-http", [client, "http", "{address}"]
        yield "opentelemetry-go grpc", "otlp-grpc", [client, "grpc", "{address}"]
    if has("rust", "cargo"):
        for kind, door in [("proto", "otlp-http"), ("json", "otlp-http"), ("grpc", "otlp-grpc")]:
            yield f"opentelemetry-rust {kind}", door, [rust(), kind, "{http}"]
    if has("java", "mvn"):
        for kind, door in [("http", "otlp-http"), ("grpc", "otlp-grpc"), ("grpc", "otlp-http")]:
            yield f"opentelemetry-java {kind}", door, ["java", "-cp", java(), "Client", kind, "{http}"]


def run(name, door, command):
    server = subprocess.Popen([BIN, "listen", "--headless", "--with-logs", f"{door}://127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    address = server.stderr.readline().split()[-1]
    command = [part.replace("{http}", f"http://{address}").replace("{address}", address) for part in command]
    output = tempfile.TemporaryFile("w+")
    # What is received is read all the while, so that nobody waits for us.
    copy = subprocess.Popen(["cat"], stdin=server.stdout, stdout=output)
    client = subprocess.run(command, capture_output=True, text=True, timeout=120)
    server.send_signal(signal.SIGTERM)
    summary = server.stderr.read().strip().splitlines()[-1]
    server.wait()
    copy.wait()
    output.seek(0)
    objects = [json.loads(line) for line in output]
    came = sorted((span["span_id"], span["name"]) for span in objects if "log" not in span)
    made = sorted(tuple(line.split(" ", 1)) for line in client.stdout.splitlines() if len(line.split(" ", 1)[0]) == 16)
    came += sorted((told["log"]["span_id"], told["log"]["body"]) for told in objects if "log" in told)
    made += sorted(tuple(line.split(" ", 2)[1:]) for line in client.stdout.splitlines() if line.startswith("log "))
    complaints = [line for line in client.stderr.splitlines() if "rror" in line or "ailed" in line]
    good = made and came == made and not complaints and client.returncode == 0
    print(f"{'ok  ' if good else 'FAIL'}  {name:34} {door:16} {len(came):5} of {len(made):5}  {summary}", *complaints[:2], sep="  " if complaints else " ")
    return good


def main():
    os.makedirs(WORK, exist_ok=True)
    results = [run(*case) for case in cases(sys.argv[1:])]
    print(f"{sum(map(bool, results))} of {len(results)} clients lost nothing")
    sys.exit(0 if results and all(results) else 1)


main()
