package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Resources;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.controllers.support.StableHash;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Carries out slice plans. Names are derived from the owner, so a repeat on an old copy meets "already exists". */
final class SliceWriter {
    static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    static final String SERVICE_NAME = "kubernetes.io/service-name";

    private final Resources<EndpointSlice> slices;

    SliceWriter(Resources<EndpointSlice> slices) {
        this.slices = slices;
    }

    /**
     * Writes.
     *
     * @param owner Service or Endpoints object
     * @param dress gives a slice that is written its labels and annotations
     * @param present all slices of this owner, also those of other address types
     */
    void write(HasMetadata owner, SlicePlan plan, UnaryOperator<EndpointSlice> dress, List<EndpointSlice> present) {
        Set<String> names = new HashSet<>();
        present.forEach(slice -> names.add(Nulls.name(slice)));
        int index = 0;
        for (EndpointSlice slice : Nulls.isDeleting(owner) ? List.<EndpointSlice>of() : plan.creations()) {
            String name;
            do {
                name = name(owner, index++);
            } while (!names.add(name));
            slices.create(dress.apply(named(owner, name, slice)));
        }
        for (EndpointSlice slice : plan.updates()) {
            slices.update(dress.apply(slice));
        }
        delete(plan.deletions());
    }

    void delete(List<EndpointSlice> superfluous) {
        for (EndpointSlice slice : superfluous) {
            slices.deleteIfPresent(ObjectKey.of(slice), DeleteOptions.ofUid(Nulls.uid(slice)));
        }
    }

    private static String name(HasMetadata owner, int index) {
        String hash = StableHash.of(Map.of("uid", Nulls.uid(owner), "index", index), null);
        String suffix = (hash + "bcdfg").substring(0, 5);
        String base = Nulls.name(owner);
        return (base.length() > 57 ? base.substring(0, 57) : base) + "-" + suffix;
    }

    private static EndpointSlice named(HasMetadata owner, String name, EndpointSlice slice) {
        return slice.toBuilder()
                .withNewMetadata()
                .withName(name)
                .withGenerateName(Nulls.name(owner) + "-")
                .withNamespace(Nulls.namespace(owner))
                .withOwnerReferences(Owners.referenceTo(owner))
                .endMetadata()
                .build();
    }
}
