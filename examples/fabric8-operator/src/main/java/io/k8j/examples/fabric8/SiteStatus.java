package io.k8j.examples.fabric8;

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
}
