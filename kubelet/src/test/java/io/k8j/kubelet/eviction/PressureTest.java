package io.k8j.kubelet.eviction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PressureTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final long MI = 1 << 20;

    private static EvictionConfig config(String hard, String soft, Map<String, String> reclaim) {
        return EvictionConfig.parse(
                hard,
                soft,
                soft.isEmpty() ? Map.of() : Map.of("memory.available", Duration.ofSeconds(90)),
                reclaim,
                30,
                Duration.ofMinutes(5));
    }

    private static Map<Signal, Observation> memory(long mi) {
        return Map.of(Signal.MEMORY_AVAILABLE, new Observation(mi * MI, 1000 * MI));
    }

    private static List<String> due(Pressure.Verdict verdict) {
        return verdict.due().stream()
                .map(threshold -> threshold.signal().text() + (threshold.isSoft() ? " soft" : ""))
                .toList();
    }

    @Test
    void aHardThresholdIsDueAtOnce() {
        var pressure = new Pressure(config("memory.available<100Mi", "", Map.of()));
        assertThat(due(pressure.look(memory(100), START))).isEmpty();
        assertThat(due(pressure.look(memory(99), START))).containsExactly("memory.available");
    }

    @Test
    void aSoftThresholdIsDueWhenItWasMetForItsGracePeriod() {
        var pressure = new Pressure(config("memory.available<100Mi", "memory.available<30%", Map.of()));
        var first = pressure.look(memory(200), START);
        assertThat(due(first)).isEmpty();
        assertThat(first.conditions()).containsExactly("MemoryPressure");
        assertThat(due(pressure.look(memory(200), START.plusSeconds(89)))).isEmpty();
        assertThat(due(pressure.look(memory(200), START.plusSeconds(90)))).containsExactly("memory.available soft");
        pressure.look(memory(400), START.plusSeconds(95)); // over: the grace period begins anew
        assertThat(due(pressure.look(memory(200), START.plusSeconds(100)))).isEmpty();
        assertThat(due(pressure.look(memory(50), START.plusSeconds(101)))).containsExactly("memory.available");
    }

    @Test
    void aConditionStaysForTheTransitionPeriod() {
        var pressure = new Pressure(config("memory.available<100Mi", "", Map.of()));
        pressure.look(memory(50), START);
        assertThat(pressure.look(memory(500), START.plusSeconds(10)).conditions())
                .containsExactly("MemoryPressure");
        assertThat(pressure.look(memory(500), START.plusSeconds(299)).conditions())
                .containsExactly("MemoryPressure");
        assertThat(pressure.look(memory(500), START.plusSeconds(300)).conditions())
                .isEmpty();
    }

    @Test
    void aShortageIsOverOnlyWhenTheMinimumIsReclaimed() {
        var pressure = new Pressure(config("memory.available<100Mi", "", Map.of("memory.available", "50Mi")));
        assertThat(due(pressure.look(memory(120), START))).isEmpty();
        assertThat(due(pressure.look(memory(99), START))).hasSize(1);
        assertThat(due(pressure.look(memory(149), START))).hasSize(1);
        assertThat(due(pressure.look(memory(150), START))).isEmpty();
        assertThat(due(pressure.look(memory(120), START))).isEmpty();
    }

    @Test
    void whatCannotBeMeasuredIsNoShortage() {
        assertThat(due(new Pressure(EvictionConfig.DEFAULTS).look(Map.of(), START)))
                .isEmpty();
    }

    @Test
    void memoryIsMoreUrgentThanDiskAndPidsComeLast() {
        var pressure =
                new Pressure(config("pid.available<50,nodefs.inodesFree<5%,memory.available<100Mi", "", Map.of()));
        var verdict = pressure.look(
                Map.of(
                        Signal.MEMORY_AVAILABLE, new Observation(1, 1000),
                        Signal.PID_AVAILABLE, new Observation(49, 1000),
                        Signal.NODEFS_INODES_FREE, new Observation(49, 1000)),
                START);
        assertThat(due(verdict)).containsExactly("memory.available", "nodefs.inodesFree", "pid.available");
        assertThat(verdict.conditions()).containsExactlyInAnyOrder("MemoryPressure", "DiskPressure", "PIDPressure");
    }

    @Test
    void wrongFlagsAreRefusedInUpstreamsWords() {
        assertThatThrownBy(() -> config("memory.available>100Mi", "", Map.of()))
                .hasMessageContaining("invalid eviction threshold syntax memory.available>100Mi");
        assertThatThrownBy(() -> config("disk<1", "", Map.of())).hasMessage("unsupported eviction signal disk");
        assertThatThrownBy(() -> config("memory.available<1,memory.available<2", "", Map.of()))
                .hasMessage("duplicate eviction threshold signal memory.available");
        assertThatThrownBy(() -> config("", "nodefs.available<10%", Map.of()))
                .hasMessage("grace period must be specified for the soft eviction threshold nodefs.available");
        assertThatThrownBy(() -> config("memory.available<lots", "", Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> config("memory.available<-5%", "", Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
