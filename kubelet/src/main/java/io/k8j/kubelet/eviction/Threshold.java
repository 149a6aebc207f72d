package io.k8j.kubelet.eviction;

import java.time.Duration;

/**
 * When there is too little.
 *
 * @param least what must be available
 * @param grace for how long there may be less; zero for a hard threshold
 * @param reclaim how much more than {@code least} must be there again before it counts as enough
 */
public record Threshold(Signal signal, Amount least, Duration grace, Amount reclaim) {
    /** Whether it must be met for a while before it counts. */
    public boolean isSoft() {
        return !grace.isZero();
    }

    /** Whether less is there than must be; {@code withReclaim} asks for the end of a shortage. */
    boolean isMet(Observation seen, boolean withReclaim) {
        long wanted = least.of(seen.capacity()) + (withReclaim ? reclaim.of(seen.capacity()) : 0);
        return seen.available() < wanted;
    }
}
