"""Clients in Kotlin, TypeScript and Python: generated from the API's document and compiled with their journeys."""

import shutil
from pathlib import Path

import msgspec

from tests.clients.tools import (
    DOCUMENT,
    GENERATED,
    GENERATOR,
    HERE,
    JAVA,
    JAVA_COMPILER,
    JDK,
    NODE,
    NPM,
    PYTHON,
    RECEIVERS,
    run,
)

KOTLIN = NPM / "kotlin-compiler"
HTTP_JARS = NPM / "allure-commandline" / "dist" / "plugins" / "jira-plugin" / "lib"
GSON_JAR = NPM / "google-closure-compiler-java" / "compiler.jar"
COMPILER = "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler"
JVM = ["-Xmx2g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
"""For programs that run once: half of the time would go into compiling the compiler."""


def generate(language: str) -> Path:
    """The folder of the generated client."""
    target = GENERATED / language
    shutil.rmtree(target, ignore_errors=True)
    configuration = HERE / "generators" / f"{language}.yaml"
    calls = calls_of_the_document(GENERATED / f"{language}.json")
    run(JAVA, *JVM, "-jar", GENERATOR, "generate", "-i", calls, "-c", configuration, "-o", target)
    return target


def calls_of_the_document(path: Path) -> Path:
    """Without webhooks, which the generator takes for calls. Their bodies are schemas, and so in the clients."""
    document = msgspec.json.decode(DOCUMENT.read_bytes())
    del document["webhooks"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(document))
    return path


def compile_kotlin() -> None:
    sources = generate("kotlin") / "src" / "main" / "kotlin"
    compiler = KOTLIN / "lib" / "kotlin-compiler.jar"
    options: list[str | Path] = [
        "-nowarn",
        "-jdk-home",
        JDK,
        "-kotlin-home",
        KOTLIN,
        "-cp",
        kotlin_libraries(),
        "-d",
        kotlin_classes(),
    ]
    # The JVM warns of what the compiler itself will have to change.
    quiet = ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"]
    run(JAVA, *JVM, *quiet, "-cp", compiler, COMPILER, *options, sources, *sorted((HERE / "journeys").glob("*.kt")))


def kotlin_libraries() -> str:
    """As a class path. The jars are those that npm packages carry: Maven's registry is not needed."""
    jars = [KOTLIN / "lib" / "kotlin-stdlib.jar", *sorted(HTTP_JARS.glob("ok*-jvm-*.jar")), GSON_JAR]
    return ":".join(map(str, jars))


def kotlin_classes() -> Path:
    return GENERATED / "kotlin-classes"


def compile_java_receiver() -> None:
    """The oldest language level that our compiler and the receiver share."""
    main = "org.eclipse.jdt.internal.compiler.batch.Main"
    run(JAVA, *JVM, "-cp", JAVA_COMPILER, main, "-11", "-d", receiver_classes(), RECEIVERS / "Receiver.java")


def receiver_classes() -> Path:
    return GENERATED / "receiver-classes"


def compile_typescript() -> None:
    """With all strict checks of the compiler."""
    target = generate("typescript")
    for name in ("journey.ts", "tsconfig.json", "package.json"):
        shutil.copy(HERE / "journeys" / name, target)
    run(NODE, NPM / "typescript" / "bin" / "tsc", "-p", target)


def import_python() -> None:
    """Compiles every module, and loads it: pydantic then makes the validators."""
    target = generate("python")
    run(PYTHON, "-m", "compileall", "-q", target / "orion_client")
    run(PYTHON, "-W", "error", "-c", "import orion_client.api, orion_client.models", cwd=target)
