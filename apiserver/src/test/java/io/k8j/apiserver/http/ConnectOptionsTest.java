package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectOptionsTest {
    @Test
    void flagsAreNoTexts() {
        assertThat(ConnectOptions.of(
                        "PodAttachOptions",
                        Map.of(
                                "stdin", List.of("true"),
                                "stdout", List.of(""),
                                "tty", List.of("false"),
                                "stderr", List.of("0"),
                                "container", List.of("c"),
                                "other", List.of("x"))))
                .isEqualTo(Map.of(
                        "kind",
                        "PodAttachOptions",
                        "apiVersion",
                        "v1",
                        "stdin",
                        true,
                        "stdout",
                        true,
                        "container",
                        "c"));
    }

    @Test
    void commandsAndPortsAreLists() {
        assertThat(ConnectOptions.of("PodExecOptions", Map.of("command", List.of("echo", "a"))))
                .containsEntry("command", List.of("echo", "a"));
        assertThat(ConnectOptions.of("PodPortForwardOptions", Map.of("ports", List.of("80,81", "82"))))
                .containsEntry("ports", List.of(80L, 81L, 82L));
        assertThatThrownBy(() -> ConnectOptions.of("PodPortForwardOptions", Map.of("ports", List.of("x"))))
                .hasMessage("cannot convert to []int32: strconv.ParseUint: parsing \"x\": invalid syntax");
    }
}
