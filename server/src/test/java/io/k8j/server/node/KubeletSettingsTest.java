package io.k8j.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.KubeletOptions;
import io.k8j.kubelet.eviction.Signal;
import io.k8j.kubelet.manifests.ManifestConfig;
import io.k8j.kubelet.shutdown.ShutdownConfig;
import io.k8j.server.flags.KubeletFlags;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KubeletSettingsTest {
    private static KubeletConfig apply(String... arguments) {
        return KubeletSettings.apply(
                KubeletFlags.parse(List.of(arguments)),
                KubeletConfig.defaults("node", List.of("127.0.0.1"), Path.of("/data")));
    }

    @Test
    void withoutFlagsEverythingIsUpstreams() {
        assertThat(apply())
                .isEqualTo(KubeletConfig.defaults("node", List.of("127.0.0.1"), Path.of("/data"))
                        .withOptions(KubeletOptions.DEFAULTS.withHealthz(new InetSocketAddress("127.0.0.1", 10248))));
        assertThat(KubeletOptions.DEFAULTS.eviction().thresholds())
                .extracting(threshold -> threshold.signal().text())
                .containsExactly(
                        "memory.available",
                        "nodefs.available",
                        "nodefs.inodesFree",
                        "imagefs.available",
                        "imagefs.inodesFree");
    }

    @Test
    void eachFlagHasItsEffect() {
        KubeletConfig config = apply(
                "pod-manifest-path=/etc/manifests",
                "file-check-frequency=5s",
                "manifest-url=http://127.0.0.1:1/pods",
                "manifest-url-header=A:1,B: x,A:2",
                "http-check-frequency=7s",
                "healthz-port=1234",
                "healthz-bind-address=0.0.0.0",
                "shutdown-grace-period=30s",
                "shutdown-grace-period-critical-pods=10s",
                "max-pods=7",
                "container-log-max-size=1Mi",
                "container-log-max-files=3",
                "image-gc-high-threshold=70",
                "image-gc-low-threshold=60",
                "eviction-hard=memory.available<1Gi",
                "eviction-soft=memory.available<2Gi",
                "eviction-soft-grace-period=memory.available=1m30s",
                "eviction-minimum-reclaim=memory.available=10Mi",
                "eviction-max-pod-grace-period=60",
                "eviction-pressure-transition-period=1m");
        assertThat(config.options().manifests())
                .isEqualTo(new ManifestConfig(
                        Path.of("/etc/manifests"),
                        Duration.ofSeconds(5),
                        URI.create("http://127.0.0.1:1/pods"),
                        Map.of("A", List.of("1", "2"), "B", List.of("x")),
                        Duration.ofSeconds(7)));
        assertThat(config.options().shutdown())
                .isEqualTo(ShutdownConfig.of(Duration.ofSeconds(30), Duration.ofSeconds(10)));
        assertThat(config.options().healthz()).isEqualTo(new InetSocketAddress("0.0.0.0", 1234));
        assertThat(apply("healthz-port=0").options().healthz()).isNull();
        assertThat(config.maxPods()).isEqualTo(7);
        assertThat(config.containerLogMaxSize()).isEqualTo(1 << 20);
        assertThat(config.containerLogMaxFiles()).isEqualTo(3);
        assertThat(config.imageGcHighThresholdPercent()).isEqualTo(70);
        assertThat(config.imageGcLowThresholdPercent()).isEqualTo(60);
        var eviction = config.options().eviction();
        assertThat(eviction.thresholds()).hasSize(2).allSatisfy(threshold -> {
            assertThat(threshold.signal()).isEqualTo(Signal.MEMORY_AVAILABLE);
            assertThat(threshold.reclaim().quantity()).hasToString("10Mi");
        });
        assertThat(eviction.thresholds().getLast().grace()).isEqualTo(Duration.ofSeconds(90));
        assertThat(eviction.maxPodGraceSeconds()).isEqualTo(60);
        assertThat(eviction.transition()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void podsMayEndInStepsOfTheirPriority() {
        ShutdownConfig config = apply("shutdown-grace-period-by-pod-priority=10000=20,0=60")
                .options()
                .shutdown();
        assertThat(config.steps())
                .containsExactly(
                        new ShutdownConfig.Step(0, Duration.ofSeconds(60)),
                        new ShutdownConfig.Step(10000, Duration.ofSeconds(20)));
        assertThat(config.total()).isEqualTo(Duration.ofSeconds(80));
    }

    @Test
    void whatCannotBeIsRefusedInOneSentence() {
        assertThatThrownBy(() -> apply("no-such-flag=1")).hasMessageContaining("there is no flag 'no-such-flag'");
        assertThatThrownBy(() -> apply("shutdown-grace-period=5s", "shutdown-grace-period-critical-pods=10s"))
                .hasMessageContaining("shutdownGracePeriod 5s must be >= shutdownGracePeriodCriticalPods 10s");
        assertThatThrownBy(() -> apply("eviction-soft=memory.available<1Gi"))
                .hasMessageContaining("grace period must be specified");
        assertThatThrownBy(() ->
                        apply("eviction-soft=memory.available<1Gi", "eviction-soft-grace-period=memory.available=x"))
                .hasMessageContaining("must be a duration");
        assertThatThrownBy(() -> apply("container-log-max-size=big")).hasMessageContaining("must be an amount");
        assertThatThrownBy(() -> apply("image-gc-high-threshold=50", "image-gc-low-threshold=60"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> apply("shutdown-grace-period=5s", "shutdown-grace-period-by-pod-priority=0=5"))
                .hasMessage("invalid configuration: Cannot specify both shutdownGracePeriodByPodPriority"
                        + " and shutdownGracePeriod at the same time");
        assertThatThrownBy(() -> apply("shutdown-grace-period-by-pod-priority=high=5"))
                .hasMessageContaining("must be PRIORITY=SECONDS");
        assertThatThrownBy(() -> apply("manifest-url=ftp://a/b")).hasMessageContaining("must be an address of http");
        assertThatThrownBy(() -> apply("manifest-url=not a url")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> apply("manifest-url-header=A")).hasMessageContaining("must be NAME:VALUE");
        assertThatThrownBy(() -> apply("healthz-port=70000")).hasMessageContaining("must be between 1 and 65535");
        assertThatThrownBy(() -> apply("healthz-bind-address=here")).hasMessageContaining("must be an IP address");
        assertThatThrownBy(() -> apply("max-pods=-1")).hasMessageContaining("must not be negative");
    }
}
