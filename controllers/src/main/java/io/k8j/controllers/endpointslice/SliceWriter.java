package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Resources;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.controllers.support.StableHash;
import io.k8j.controllers.support.Times;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Carries out slice plans. Names are derived from the owner, so a repeat on an old copy meets "already exists". */
final class SliceWriter {
    static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    static final String SERVICE_NAME = "kubernetes.io/service-name";
    static final String TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";

    private final Resources<EndpointSlice> slices;

    SliceWriter(Resources<EndpointSlice> slices) {
        this.slices = slices;
    }

    /**
     * Writes.
     *
     * @param owner Service or Endpoints object
     * @param labels of all its slices
     */
    void write(
            HasMetadata owner, Map<String, String> labels, SlicePlan plan, List<EndpointSlice> present, Instant now) {
        for (EndpointSlice slice : plan.updates()) {
            slices.update(labelled(slice, labels, now));
        }
        Set<String> names = new HashSet<>();
        present.forEach(slice -> names.add(Nulls.name(slice)));
        int index = 0;
        for (SlicePlan.Contents contents : plan.creations()) {
            String name;
            do {
                name = name(owner, index++);
            } while (!names.add(name));
            slices.create(labelled(bare(owner, name, contents), labels, now));
        }
        for (EndpointSlice slice : plan.deletions()) {
            slices.deleteIfPresent(ObjectKey.of(slice), DeleteOptions.ofUid(Nulls.uid(slice)));
        }
        Set<String> touched = new HashSet<>();
        plan.updates().forEach(slice -> touched.add(Nulls.name(slice)));
        plan.deletions().forEach(slice -> touched.add(Nulls.name(slice)));
        for (EndpointSlice slice : present) {
            if (!touched.contains(Nulls.name(slice))
                    && !Nulls.isDeleting(slice)
                    && !Nulls.labels(slice).equals(labels)) {
                slices.update(labelled(slice, labels, now));
            }
        }
    }

    private static String name(HasMetadata owner, int index) {
        String hash = StableHash.of(Map.of("uid", Nulls.uid(owner), "index", index), null);
        String suffix = (hash + "bcdfg").substring(0, 5);
        String base = Nulls.name(owner);
        return (base.length() > 57 ? base.substring(0, 57) : base) + "-" + suffix;
    }

    private static EndpointSlice bare(HasMetadata owner, String name, SlicePlan.Contents contents) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withName(name)
                .withGenerateName(Nulls.name(owner) + "-")
                .withNamespace(Nulls.namespace(owner))
                .withOwnerReferences(Owners.referenceTo(owner))
                .endMetadata()
                .withAddressType(contents.addressType())
                .withPorts(contents.ports())
                .withEndpoints(contents.endpoints())
                .build();
    }

    private static EndpointSlice labelled(EndpointSlice slice, Map<String, String> labels, Instant now) {
        return slice.toBuilder()
                .editMetadata()
                .withLabels(labels)
                .addToAnnotations(TRIGGER_TIME, Times.text(now))
                .endMetadata()
                .build();
    }
}
