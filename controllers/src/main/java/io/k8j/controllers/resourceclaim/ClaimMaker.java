package io.k8j.controllers.resourceclaim;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.k8j.client.Client;
import io.k8j.client.EventRecorder;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.model.api.ApiException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Makes and reserves the claims of one Pod. One thread per Pod. */
final class ClaimMaker {
    static final String POD_CLAIM = "resource.kubernetes.io/pod-claim-name";
    private static final int LONGEST_BASE = 57; // leaves room for a hyphen and five letters

    private final ControllerContext context;
    private final Client writer;
    private final Informer<ResourceClaim> claims;
    private final Informer.Index<ResourceClaim> byOwner;
    private final Informer<ResourceClaimTemplate> templates;
    private final EventRecorder events;
    private final ClaimMetrics metrics;
    /** Claims that the informer may not know yet, by Pod and entry: nothing is made twice. */
    private final Map<String, ResourceClaim> fresh = new ConcurrentHashMap<>();

    ClaimMaker(ControllerContext context, Informer<ResourceClaim> claims) {
        this.context = context;
        this.metrics = new ClaimMetrics(claims);
        context.metrics().add(metrics::write);
        this.writer = new Client(context.client().transport(), context.time(), "ResourceClaimController");
        this.claims = claims;
        this.byOwner = claims.index(claim -> Owners.controllerOf(claim)
                .filter(owner -> "Pod".equals(owner.getKind()) && "v1".equals(owner.getApiVersion()))
                .map(owner -> List.of(owner.getUid()))
                .orElse(List.of()));
        this.templates = context.informer(ResourceClaimTemplate.class);
        this.events = context.recorder("resource_claim");
    }

    /** @throws IllegalStateException if a claim cannot be made yet */
    void reconcile(Pod pod) {
        Map<String, String> names = new LinkedHashMap<>();
        boolean changed = false;
        for (PodResourceClaim entry : PodClaimNames.of(pod)) {
            try {
                Optional<String> made = claimOf(pod, entry);
                changed |= made.isPresent();
                made.or(() -> known(pod, entry)).ifPresent(name -> names.put(entry.getName(), name));
            } catch (ApiException | IllegalStateException e) {
                events.warning(
                        pod,
                        "FailedResourceClaimCreation",
                        "PodResourceClaim %s: %s".formatted(entry.getName(), e.getMessage()));
                throw e;
            }
        }
        if (changed) {
            tell(pod, names);
        }
        if (pod.getSpec().getNodeName() != null) {
            reserve(pod, names);
        }
    }

    private static Optional<String> known(Pod pod, PodResourceClaim entry) {
        return PodClaimNames.of(pod, entry) instanceof PodClaimNames.Name.Known(String name, boolean generated)
                ? Optional.of(name)
                : Optional.empty();
    }

    /** The name of a claim that the Pod's status does not tell yet. */
    private Optional<String> claimOf(Pod pod, PodResourceClaim entry) {
        switch (PodClaimNames.of(pod, entry)) {
            case PodClaimNames.Name.None none -> {
                return Optional.empty();
            }
            case PodClaimNames.Name.Known(String name, boolean generated) -> {
                fresh.remove(freshKey(pod, entry));
                Optional<ResourceClaim> there = claims.get(new ObjectKey(Nulls.namespace(pod), name));
                if (!generated
                        || there.filter(claim -> Owners.isControlledBy(claim, pod))
                                .isPresent()) {
                    return Optional.empty();
                }
            }
            case PodClaimNames.Name.NotYet notYet -> {}
        }
        if (entry.getResourceClaimTemplateName() == null) {
            return Optional.empty();
        }
        Optional<ResourceClaim> made = found(pod, entry).or(() -> Optional.ofNullable(fresh.get(freshKey(pod, entry))));
        return Optional.of(Nulls.name(made.orElseGet(() -> create(pod, entry))));
    }

    private static String freshKey(Pod pod, PodResourceClaim entry) {
        return Nulls.uid(pod) + "/" + entry.getName();
    }

    /** Forgets what was kept for a Pod that is gone. */
    void forget(Pod pod) {
        for (PodResourceClaim entry : PodClaimNames.of(pod)) {
            fresh.remove(freshKey(pod, entry));
        }
    }

    /** A claim that was made when telling its name failed. */
    private Optional<ResourceClaim> found(Pod pod, PodResourceClaim entry) {
        return byOwner.get(Nulls.uid(pod)).stream()
                .filter(claim -> entry.getName().equals(Nulls.annotations(claim).get(POD_CLAIM)))
                .findFirst();
    }

    private ResourceClaim create(Pod pod, PodResourceClaim entry) {
        String name = entry.getResourceClaimTemplateName();
        ResourceClaimTemplate template = templates
                .get(new ObjectKey(Nulls.namespace(pod), name))
                .orElseThrow(() -> new IllegalStateException(
                        "resource claim template \"%s\": resourceclaimtemplate.resource.k8s.io \"%s\" not found"
                                .formatted(name, name)));
        ResourceClaimBuilder claim = new ResourceClaimBuilder()
                .withNewMetadata()
                .withNamespace(Nulls.namespace(pod))
                .withGenerateName(base(Nulls.name(pod), entry.getName()))
                .withOwnerReferences(Owners.referenceTo(pod))
                .endMetadata()
                .withSpec(template.getSpec().getSpec());
        if (template.getSpec().getMetadata() != null) {
            claim.editMetadata()
                    .withLabels(template.getSpec().getMetadata().getLabels())
                    .withAnnotations(template.getSpec().getMetadata().getAnnotations())
                    .endMetadata();
        }
        claim.editMetadata().addToAnnotations(POD_CLAIM, entry.getName()).endMetadata();
        boolean failed = true;
        try {
            ResourceClaim made = context.resources(ResourceClaim.class).create(claim.build());
            failed = false;
            fresh.put(freshKey(pod, entry), made);
            return made;
        } finally {
            metrics.created(template.getSpec().getSpec(), failed);
        }
    }

    /** Of both names, so that one can tell whose claim it is. */
    static String base(String pod, String entry) {
        String base = pod + "-" + entry + "-";
        return base.length() <= LONGEST_BASE
                ? base
                : pod.substring(0, pod.length() * LONGEST_BASE / base.length())
                        + "-"
                        + entry.substring(0, entry.length() * LONGEST_BASE / base.length());
    }

    private void tell(Pod pod, Map<String, String> names) {
        List<Map<String, Object>> statuses = new ArrayList<>();
        for (PodResourceClaim entry : PodClaimNames.of(pod)) {
            String name = names.get(entry.getName());
            if (entry.getResourceClaimTemplateName() != null && name != null) {
                statuses.add(Map.of("name", entry.getName(), "resourceClaimName", name));
            }
        }
        writer.resources(Pod.class)
                .patch(
                        ObjectKey.of(pod),
                        PatchType.STRATEGIC,
                        Map.of(
                                "metadata",
                                Map.of("uid", Nulls.uid(pod)),
                                "status",
                                Map.of("resourceClaimStatuses", statuses)),
                        "status");
    }

    /** Pods whose node was not chosen by the scheduler have nobody else to do this for them. */
    private void reserve(Pod pod, Map<String, String> names) {
        for (String name : names.values()) {
            Optional<ResourceClaim> found = claims.get(new ObjectKey(Nulls.namespace(pod), name));
            if (found.isEmpty()
                    || !PodClaimNames.isAllocated(found.get())
                    || PodClaimNames.isReservedFor(found.get(), pod)) {
                continue;
            }
            context.resources(ResourceClaim.class)
                    .updateStatus(new ResourceClaimBuilder(found.get())
                            .editStatus()
                            .addNewReservedFor()
                            .withResource("pods")
                            .withName(Nulls.name(pod))
                            .withUid(Nulls.uid(pod))
                            .endReservedFor()
                            .endStatus()
                            .build());
        }
    }
}
