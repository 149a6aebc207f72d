package io.k8j.controllers.resourceclaim;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.model.group.SharedClaims;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Makes claims from templates for Pods and groups, each once. One thread per owner. */
final class ClaimFactory {
    static final String POD_CLAIM = "resource.kubernetes.io/pod-claim-name";
    private static final int LONGEST_BASE = 57; // leaves room for a hyphen and five letters

    private final ControllerContext context;
    private final Informer.Index<ResourceClaim> byOwner;
    private final Informer<ResourceClaimTemplate> templates;
    private final ClaimMetrics metrics;
    /** Claims that the informer may not know yet, by owner and entry: nothing is made twice. */
    private final Map<String, ResourceClaim> fresh = new ConcurrentHashMap<>();

    ClaimFactory(ControllerContext context, Informer<ResourceClaim> claims) {
        this.context = context;
        this.metrics = new ClaimMetrics(claims);
        context.metrics().add(metrics::write);
        this.byOwner = claims.index(claim -> Owners.controllerOf(claim)
                .filter(ClaimFactory::isOurs)
                .map(owner -> List.of(owner.getUid()))
                .orElse(List.of()));
        this.templates = context.informer(ResourceClaimTemplate.class);
    }

    private static boolean isOurs(OwnerReference owner) {
        return "Pod".equals(owner.getKind()) && "v1".equals(owner.getApiVersion()) || SharedClaims.isController(owner);
    }

    /** One that was made for the entry, though its name may not have been told. */
    Optional<ResourceClaim> made(HasMetadata owner, String entry) {
        return byOwner.get(Nulls.uid(owner)).stream()
                .filter(claim -> entry.equals(Nulls.annotations(claim).get(POD_CLAIM)))
                .findFirst()
                .or(() -> Optional.ofNullable(fresh.get(key(owner, entry))));
    }

    /** Others know the claim of the entry now. */
    void forget(HasMetadata owner, String entry) {
        fresh.remove(key(owner, entry));
    }

    private static String key(HasMetadata owner, String entry) {
        return Nulls.uid(owner) + "/" + entry;
    }

    /** @throws IllegalStateException if there is no such template */
    ResourceClaim make(HasMetadata owner, String entry, String templateName) {
        ResourceClaimTemplate template = templates
                .get(new ObjectKey(Nulls.namespace(owner), templateName))
                .orElseThrow(() -> new IllegalStateException(
                        "resource claim template \"%s\": resourceclaimtemplate.resource.k8s.io \"%s\" not found"
                                .formatted(templateName, templateName)));
        ResourceClaimBuilder claim = new ResourceClaimBuilder()
                .withNewMetadata()
                .withNamespace(Nulls.namespace(owner))
                .withGenerateName(base(Nulls.name(owner), entry))
                .withOwnerReferences(new OwnerReferenceBuilder(Owners.referenceTo(owner))
                        .withBlockOwnerDeletion(null)
                        .build())
                .endMetadata()
                .withSpec(template.getSpec().getSpec());
        if (template.getSpec().getMetadata() != null) {
            claim.editMetadata()
                    .withLabels(template.getSpec().getMetadata().getLabels())
                    .withAnnotations(template.getSpec().getMetadata().getAnnotations())
                    .endMetadata();
        }
        claim.editMetadata().addToAnnotations(POD_CLAIM, entry).endMetadata();
        boolean failed = true;
        try {
            ResourceClaim made = context.resources(ResourceClaim.class).create(claim.build());
            failed = false;
            fresh.put(key(owner, entry), made);
            return made;
        } finally {
            metrics.created(template.getSpec().getSpec(), failed);
        }
    }

    /** Of both names, so that one can tell whose claim it is. */
    static String base(String owner, String entry) {
        String base = owner + "-" + entry + "-";
        return base.length() <= LONGEST_BASE
                ? base
                : owner.substring(0, owner.length() * LONGEST_BASE / base.length())
                        + "-"
                        + entry.substring(0, entry.length() * LONGEST_BASE / base.length());
    }
}
