package io.k8j.controllers.resourceclaim;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimSpec;
import io.k8j.client.Informer;
import io.k8j.controllers.support.Nulls;
import io.k8j.model.metrics.MetricFamily;
import io.k8j.model.metrics.MetricText;
import java.util.Map;
import java.util.TreeMap;

/** {@code dynamic_resource_allocation_*}: claims that there are and that were made. Safe for all threads. */
final class ClaimMetrics {
    private static final String EXTENDED = "resource.kubernetes.io/extended-resource-claim";

    private final Informer<ResourceClaim> claims;
    private final MetricFamily created = MetricFamily.counter(
            "dynamic_resource_allocation_resourceclaim_creates_total",
            "ALPHA",
            "Number of ResourceClaims creation requests, categorized by creation status and admin access",
            "status",
            "admin_access");

    ClaimMetrics(Informer<ResourceClaim> claims) {
        this.claims = claims;
    }

    void created(ResourceClaimSpec spec, boolean failed) {
        created.count(failed ? "failure" : "success", String.valueOf(hasAdminAccess(spec)));
    }

    private static boolean hasAdminAccess(ResourceClaimSpec spec) {
        return spec.getDevices() != null
                && Nulls.list(spec.getDevices().getRequests()).stream().anyMatch(ClaimMetrics::hasAdminAccess);
    }

    private static boolean hasAdminAccess(DeviceRequest request) {
        return request.getExactly() != null
                && Boolean.TRUE.equals(request.getExactly().getAdminAccess());
    }

    private static String source(ResourceClaim claim) {
        Map<String, String> annotations = Nulls.annotations(claim);
        if (annotations.containsKey(ClaimFactory.POD_CLAIM)) return "resource_claim_template";
        return annotations.containsKey(EXTENDED) ? "extended_resource" : "";
    }

    void write(StringBuilder out) {
        created.write(out);
        Map<String, Integer> counts = new TreeMap<>();
        for (ResourceClaim claim : claims.all()) {
            boolean allocated = claim.getStatus() != null && claim.getStatus().getAllocation() != null;
            String labels = String.join(
                    ",",
                    MetricText.label("admin_access", String.valueOf(hasAdminAccess(claim.getSpec()))),
                    MetricText.label("allocated", String.valueOf(allocated)),
                    MetricText.label("source", source(claim)));
            counts.merge(labels, 1, Integer::sum);
        }
        MetricText.family(
                out,
                "dynamic_resource_allocation_resource_claims",
                "ALPHA",
                "Number of ResourceClaims, categorized by allocation status, admin access, and source. Source can be"
                        + " 'resource_claim_template' (created from a template), 'extended_resource' (extended"
                        + " resources), or empty (manually created by a user).",
                "gauge",
                counts);
    }
}
