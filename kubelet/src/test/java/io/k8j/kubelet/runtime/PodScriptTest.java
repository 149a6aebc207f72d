package io.k8j.kubelet.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.kubelet.script.ScriptException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PodScriptTest {
    private static final String GOOD = """
        containers:
          app:
            starts:
            - {runs: 5s, exitCode: 137, reason: OOMKilled, message: bye}
            - log: [plain, {after: 1s, line: later, stream: stderr}]
              ready: {after: 2s, until: 1m30s}
            exec:
            - {command: cat /x, output: hello, exitCode: 3}
            cpu: 250m
            memory: 64Mi
            stops: 3s
        images:
          example.test/app:1: {failures: 2, message: denied, takes: 1s, size: 10Mi}
        """;

    @Test
    void readsAllParts() {
        PodScript script = PodScript.read("s", GOOD);
        ContainerScript app = script.container("app").orElseThrow();
        assertThat(app.cpuMillis()).isEqualTo(250);
        assertThat(app.memoryBytes()).isEqualTo(64 << 20);
        assertThat(app.stops()).isEqualTo(Duration.ofSeconds(3));
        assertThat(app.start(0).reason()).isEqualTo("OOMKilled");
        assertThat(app.start(0).runs()).isEqualTo(Duration.ofSeconds(5));
        assertThat(app.start(9)).as("the last one repeats").isEqualTo(app.start(1));
        assertThat(app.start(1).runs()).isNull();
        assertThat(app.start(1).ready())
                .isEqualTo(new ContainerScript.Window(Duration.ofSeconds(2), Duration.ofSeconds(90)));
        assertThat(app.start(1).log().get(1))
                .isEqualTo(new ContainerScript.Line(Duration.ofSeconds(1), "stderr", "later"));
        assertThat(app.commands().getFirst().exitCode()).isEqualTo(3);
        assertThat(script.images().get("example.test/app:1").size()).isEqualTo(10 << 20);
        assertThat(script.container("other")).isEmpty();
    }

    record Mistake(String what, String with, String message) {}

    static Stream<Mistake> mistakes() {
        return Stream.of(
                new Mistake(
                        "exitCode: 137",
                        "exitCode: many",
                        "s, line 4: containers.app.starts[0].exitCode: must be a whole number between 0 and 255, found"
                                + " \"many\""),
                new Mistake(
                        "runs: 5s",
                        "runs: 5 apples",
                        "s, line 4: containers.app.starts[0].runs: must be a duration such as 250ms, 5s or 1m30s,"
                                + " found \"5 apples\""),
                new Mistake(
                        "stream: stderr",
                        "stream: other",
                        "s, line 5: containers.app.starts[1].log[1].stream: must be one of stdout, stderr, found"
                                + " \"other\""),
                new Mistake(
                        "cpu: 250m",
                        "cpu: lots",
                        "s, line 9: containers.app.cpu: must be a quantity such as 250m or 64Mi"),
                new Mistake(
                        "    stops: 3s",
                        "    stop: 3s",
                        "s, line 11: containers.app.stop: unknown field; known are starts, exec, cpu, memory, load, stops"),
                new Mistake("starts:", "starts: yes", "s, line"),
                new Mistake(
                        "images:", "pictures:", "s, line 12: pictures: unknown field; known are containers, images"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsToldWithLineAndField(Mistake mistake) {
        assertThat(GOOD).contains(mistake.what());
        assertThatThrownBy(() -> PodScript.read("s", GOOD.replace(mistake.what(), mistake.with())))
                .isInstanceOf(ScriptException.class)
                .hasMessageStartingWith(mistake.message());
    }
}
