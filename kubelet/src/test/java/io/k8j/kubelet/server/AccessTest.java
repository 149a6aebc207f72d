package io.k8j.kubelet.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTest {
    @ParameterizedTest
    @CsvSource({
        "/stats/summary, stats",
        "/statsfoo, proxy",
        "/metrics, metrics",
        "/metrics/cadvisor, metrics",
        "/logs, log",
        "/logs/syslog, log",
        "/checkpoint/a/b/c, checkpoint",
        "/pods, pods proxy",
        "/pods/, pods proxy",
        "/podsecrets, proxy",
        "/runningpods/, pods proxy",
        "/healthz, healthz proxy",
        "/healthz/ping, healthz proxy",
        "/configz, configz proxy",
        "/statusz, statusz",
        "/flagz, configz",
        "/exec/a/b/c, proxy",
        "/run/a/b/c, proxy",
        "/, proxy"
    })
    void eachPathBelongsToItsSubresourceOfNodes(String path, String subresources) {
        assertThat(Access.subresources(path)).isEqualTo(List.of(subresources.split(" ")));
    }
}
