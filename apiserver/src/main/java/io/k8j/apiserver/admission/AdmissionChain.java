package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.ObjectReader;
import java.io.IOException;
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
                attributes -> new Decision.NoOpinion(""),
                quota -> quota,
                (namespace, name, port) -> {
                    throw new IOException("service \"%s/%s\" not found".formatted(namespace, name));
                },
                ThreadLocalRandom.current()));
    }

    /** Upstream's default plugins in upstream's order: the first entry runs first, in both passes. */
    public static List<AdmissionPlugin> defaults(AdmissionServices services) {
        ObjectReader reader = services.reader();
        return List.of(
                new NamespaceLifecycle(reader), // nothing else matters in a namespace that is gone
                new LimitRanger(reader), // before whatever counts requests and limits
                new ServiceAccountAdmission(reader, services.random()),
                new NodeRestriction(reader, services.authorizer()),
                SmallSteps.taintNodesByCondition(),
                new PodSecurity(reader), // checks in the second pass, so it sees what all others changed
                new PriorityAdmission(reader), // before quotas, which can be scoped by priority
                SmallSteps.defaultTolerationSeconds(),
                SmallSteps.defaultStorageClass(reader), // before quotas by storage class
                SmallSteps.storageObjectInUseProtection(),
                SmallSteps.persistentVolumeClaimResize(reader),
                new RuntimeClassAdmission(reader), // its overhead counts against quotas
                new CertificateAdmission.Approval(services.authorizer()),
                new CertificateAdmission.Signing(services.authorizer()),
                new CertificateAdmission.TrustBundleAttest(services.authorizer()),
                new CertificateAdmission.SubjectRestriction(),
                SmallSteps.defaultIngressClass(reader),
                SmallSteps.podTopologyLabels(reader),
                // The last four must stay last: others may change what they see, and a charge is not given back.
                new MutatingWebhooks(services),
                new ValidatingPolicies(reader), // costs no round trip, so it comes before the webhooks
                new ValidatingWebhooks(services),
                new ResourceQuotaAdmission(reader, services.quotas()));
    }
}
