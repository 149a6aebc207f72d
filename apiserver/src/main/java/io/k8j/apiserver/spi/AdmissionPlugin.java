package io.k8j.apiserver.spi;

/**
 * One admission step. The order of all steps is written once, in the list that composes the chain.
 *
 * <p>Threads: many requests at once. Both methods may read the cluster (through caches), and refuse by throwing {@link
 * io.k8j.model.api.ApiException}.
 */
public interface AdmissionPlugin {
    /** Upstream's name of the plugin, such as {@code LimitRanger}. */
    String name();

    /** Whether the step looks at this request at all. */
    boolean handles(AdmissionRequest request);

    /** Changes the new object or refuses it. */
    default void mutate(AdmissionRequest request) {}

    /** Refuses or lets pass; must not change anything but its own bookkeeping (quota). */
    default void validate(AdmissionRequest request) {}
}
