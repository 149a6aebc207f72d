package io.k8j.examples.fabric8;

import java.util.Objects;

/** What was seen. */
public final class SiteStatus {
    private int readyReplicas;
    private long observedGeneration;

    public int getReadyReplicas() {
        return readyReplicas;
    }

    public void setReadyReplicas(int readyReplicas) {
        this.readyReplicas = readyReplicas;
    }

    public long getObservedGeneration() {
        return observedGeneration;
    }

    public void setObservedGeneration(long observedGeneration) {
        this.observedGeneration = observedGeneration;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SiteStatus status
                && readyReplicas == status.readyReplicas
                && observedGeneration == status.observedGeneration;
    }

    @Override
    public int hashCode() {
        return Objects.hash(readyReplicas, observedGeneration);
    }
}
