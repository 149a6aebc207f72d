package io.k8j.apiserver.admission.group;

import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.resource.GroupVersionResource;

/** Refuses PodGroups whose Workload, or its template, is not there. */
public final class PodGroupWorkloadExists implements AdmissionPlugin {
    private static final GroupVersionResource WORKLOADS =
            new GroupVersionResource("scheduling.k8s.io", "v1alpha2", "workloads");

    private final ObjectReader reader;
    private final boolean on;

    public PodGroupWorkloadExists(ObjectReader reader, FeatureGates gates) {
        this.reader = reader;
        this.on = gates.isOn(FeatureGates.GENERIC_WORKLOAD);
    }

    @Override
    public String name() {
        return "PodGroupWorkloadExists";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return on && Ask.isFor(request, "podgroups.scheduling.k8s.io", Operation.CREATE);
    }

    @Override
    public void validate(AdmissionRequest request) {
        Place reference = Ask.object(request).at("spec", "podGroupTemplateRef", "workload");
        if (reference.absent()) return;
        String name = reference.text("workloadName");
        Place workload = reader.get(WORKLOADS, Ask.namespace(request), name)
                .map(Ask::tree)
                .orElseThrow(() -> refusal(request, "Workload \"%s\" not found".formatted(name)));
        if (workload.at("metadata", "deletionTimestamp").present()) {
            throw refusal(request, "Workload \"%s\" is being deleted".formatted(name));
        }
        String template = reference.text("podGroupTemplateName");
        boolean there = workload.at("spec", "podGroupTemplates").items().stream()
                .anyMatch(item -> item.text("name").equals(template));
        if (!there) {
            throw refusal(request, "PodGroupTemplate \"%s\" not found in Workload \"%s\"".formatted(template, name));
        }
    }

    private static RuntimeException refusal(AdmissionRequest request, String why) {
        return Ask.forbidden(request, "PodGroup rejected: " + why);
    }
}
