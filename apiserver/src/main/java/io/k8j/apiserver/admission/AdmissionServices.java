package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.time.Time;
import java.net.URI;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * What admission steps need from the rest of the API server.
 *
 * @param reader the watch caches
 * @param authorizer answers whether a user may approve or sign certificates, use a policy, …
 * @param quotas writes usage into quotas
 * @param namespaces creates a namespace; one that is there already is none of its errors
 * @param services finds the address of a Service that a webhook names
 * @param versions converts objects between the versions in which they are served
 * @param settings the server's configuration
 * @param gates features, some of which bring steps
 * @param metrics counts what happens
 * @param random source of generated name suffixes
 * @param time for durations
 */
public record AdmissionServices(
        ObjectReader reader,
        Authorizer authorizer,
        QuotaWriter quotas,
        Consumer<String> namespaces,
        ServiceResolver services,
        Versions versions,
        AdmissionSettings settings,
        FeatureGates gates,
        AdmissionMetrics metrics,
        RandomGenerator random,
        Time time) {

    /** Writes the status of a ResourceQuota under optimistic locking. May block for as long as a write takes. */
    @FunctionalInterface
    public interface QuotaWriter {
        /**
         * Stores the status of {@code quota} if its resourceVersion is still the stored one.
         *
         * @param quota a whole ResourceQuota with the version that was read and the new status
         * @return the stored object with its new version
         * @throws io.k8j.model.api.ApiException a conflict if somebody was faster; nothing is written then
         */
        Map<String, Object> updateStatus(Map<String, Object> quota);
    }

    /** Finds where a Service can be reached from the API server. */
    @FunctionalInterface
    public interface ServiceResolver {
        /**
         * An {@code https} address of a ready endpoint.
         *
         * @throws java.io.IOException if there is no such service or endpoint
         */
        URI resolve(String namespace, String name, int port) throws java.io.IOException;
    }
}
