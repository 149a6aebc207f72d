package io.k8j.kubelet.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a container uses over its life: steps, each of which lasts until the next. Immutable. */
final class LoadCurve {
    /** To start a process takes some work. */
    private static final long START_NANOS = 1_000_000;

    private static final long NANOS_PER_MILLI_CORE_SECOND = 1_000_000;

    private final TreeMap<Duration, Load> steps;

    private LoadCurve(TreeMap<Duration, Load> steps) {
        this.steps = steps;
    }

    static LoadCurve of(ContainerScript script) {
        LoadCurve curve = constant(new Load(script.cpuMillis(), script.memoryBytes()));
        for (ContainerScript.LoadStep step : script.load()) curve = curve.then(step.after(), step.load());
        return curve;
    }

    static LoadCurve constant(Load load) {
        TreeMap<Duration, Load> steps = new TreeMap<>();
        steps.put(Duration.ZERO, load);
        return new LoadCurve(steps);
    }

    /** Another load from that age on; what was to come later does not come any more. */
    LoadCurve then(Duration age, Load load) {
        TreeMap<Duration, Load> next = new TreeMap<>(steps.headMap(age));
        next.put(age, load);
        return new LoadCurve(next);
    }

    /** Ages at which another load begins. */
    Set<Duration> turns() {
        return steps.keySet();
    }

    Load at(Duration age) {
        return steps.floorEntry(age.isNegative() ? Duration.ZERO : age).getValue();
    }

    /** Processor time from the start up to that age. */
    long cpuNanos(Duration age) {
        long sum = START_NANOS;
        for (Map.Entry<Duration, Load> step : steps.headMap(age).entrySet()) {
            Duration next = steps.higherKey(step.getKey());
            Duration end = next == null || next.compareTo(age) > 0 ? age : next;
            double seconds = end.minus(step.getKey()).toNanos() / 1e9;
            sum += (long) (step.getValue().cpuMillis() * NANOS_PER_MILLI_CORE_SECOND * seconds);
        }
        return sum;
    }
}
