package io.k8j.apiserver.admission.group;

import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;

/** Keeps PodGroups until no Pod is in them any more: a controller takes the finalizer away then. */
public final class PodGroupProtection implements AdmissionPlugin {
    private static final String FINALIZER = "scheduling.k8s.io/podgroup-protection";

    private final boolean on;

    public PodGroupProtection(FeatureGates gates) {
        this.on = gates.isOn(FeatureGates.GENERIC_WORKLOAD);
    }

    @Override
    public String name() {
        return "PodGroupProtection";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return on && Ask.isFor(request, "podgroups.scheduling.k8s.io", Operation.CREATE);
    }

    @Override
    public void mutate(AdmissionRequest request) {
        List<Object> finalizers = new ArrayList<>(Trees.list(request.object(), "metadata", "finalizers"));
        if (finalizers.contains(FINALIZER)) return;
        finalizers.add(FINALIZER);
        Trees.set(request.object(), finalizers, "metadata", "finalizers");
    }
}
