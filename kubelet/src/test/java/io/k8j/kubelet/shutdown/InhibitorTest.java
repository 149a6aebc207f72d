package io.k8j.kubelet.shutdown;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.time.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The lock that holds a machine up; a shell that says what systemd's tools would say has it. */
@DisabledOnOs(OS.WINDOWS)
class InhibitorTest {
    private static final String DOWN = "{\"type\":\"signal\",\"interface\":\"org.freedesktop.login1.Manager\","
            + "\"member\":\"PrepareForShutdown\",\"payload\":{\"type\":\"b\",\"data\":[true]}}";

    /** Pauses are over at once. */
    private static final class NoPauses implements Time {
        @Override
        public Instant instant() {
            return Instant.EPOCH;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            Thread.ofVirtual().start(task);
            return () -> {};
        }
    }

    @TempDir
    Path dir;

    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    /** Says that the machine goes down the first time, and is called off the second. */
    private List<String> command() {
        String script = "if [ -e %1$s/down ]; then echo held; cat >/dev/null; exit; fi; touch %1$s/down;"
                + " echo held; echo '%2$s'; cat >/dev/null; touch %1$s/released";
        return List.of("sh", "-c", script.formatted(dir, DOWN));
    }

    private String next() throws InterruptedException {
        return seen.poll(60, TimeUnit.SECONDS);
    }

    @Test
    void theMachineWaitsForThePodsAndMayGoOn() throws Exception {
        Inhibitor.Shutdown shutdown = () -> {
            assertThat(dir.resolve("released")).as("the lock is held meanwhile").doesNotExist();
            seen.add("down");
        };
        try (Inhibitor inhibitor = Inhibitor.start(command(), new NoPauses(), shutdown, () -> seen.add("off"))) {
            assertThat(next()).isEqualTo("down");
            assertThat(next()).isEqualTo("off");
            assertThat(Files.exists(dir.resolve("released"))).isTrue();
        }
    }

    @Test
    void theLockIsGoneWithWhoeverHasIt() {
        List<String> held =
                List.of("sh", "-c", "echo held; touch %1$s/held; cat >/dev/null; touch %1$s/over".formatted(dir));
        Inhibitor inhibitor = Inhibitor.start(held, new NoPauses(), () -> {}, () -> {});
        Awaitility.await().until(() -> Files.exists(dir.resolve("held")));
        inhibitor.close();
        Awaitility.await().until(() -> Files.exists(dir.resolve("over")));
    }

    @Test
    void whatSystemdSaysIsUnderstood() {
        assertThat(Logind.goesDown(DOWN)).isTrue();
        assertThat(Logind.goesDown(DOWN.replace("true", "false"))).isFalse();
        assertThat(Logind.goesDown("{\"type\":\"signal\",\"member\":\"SessionNew\",\"payload\":[true]}"))
                .isFalse();
        assertThat(Logind.delay("t 5000000\n")).isEqualTo(Duration.ofSeconds(5));
        assertThat(Logind.delay("t 18446744073709551615\n")).as("for ever").isGreaterThan(Duration.ofDays(1));
        assertThat(Logind.delay("")).isZero();
        assertThat(Logind.settings(Duration.ofSeconds(90))).contains("[Login]\nInhibitDelayMaxSec=90\n");
    }
}
