package io.k8j.apiserver.admission.group;

import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.resource.GroupVersionResource;
import java.util.Optional;

/** Keeps the parallelism of Jobs whose Pods go as a gang: the gang's size cannot follow. */
public final class GangOfJob implements AdmissionPlugin {
    private static final GroupVersionResource GROUPS =
            new GroupVersionResource("scheduling.k8s.io", "v1alpha2", "podgroups");

    private final ObjectReader reader;
    private final boolean on;

    public GangOfJob(ObjectReader reader, FeatureGates gates) {
        this.reader = reader;
        this.on = gates.isOn(FeatureGates.GENERIC_WORKLOAD);
    }

    @Override
    public String name() {
        return "JobValidation";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return on && Ask.isFor(request, "jobs.batch", Operation.UPDATE);
    }

    @Override
    public void validate(AdmissionRequest request) {
        Place now = Ask.object(request).at("spec", "parallelism");
        Place before = Ask.old(request).at("spec", "parallelism");
        if (now.present() == before.present() && now.number(0) == before.number(0)) return;
        gang(request).ifPresent(group -> {
            throw Ask.forbidden(
                    request,
                    "cannot change parallelism for a Job referencing gang-scheduled PodGroup \"%s\"".formatted(group));
        });
    }

    /** Name of the gang that the Job's template names or that belongs to the Job. */
    private Optional<String> gang(AdmissionRequest request) {
        Place job = Ask.old(request);
        String named = job.at("spec", "template", "spec", "schedulingGroup", "podGroupName")
                .text();
        String namespace = Ask.namespace(request);
        if (!named.isEmpty()) {
            return reader.get(GROUPS, namespace, named)
                    .map(Ask::tree)
                    .filter(GangOfJob::isGang)
                    .map(group -> named);
        }
        String uid = job.at("metadata", "uid").text();
        return reader.list(GROUPS, namespace).stream()
                .map(Ask::tree)
                .filter(group -> isGang(group) && isControlledBy(group, uid))
                .map(group -> group.at("metadata", "name").text())
                .findFirst();
    }

    private static boolean isGang(Place group) {
        return group.at("spec", "schedulingPolicy", "gang").present();
    }

    private static boolean isControlledBy(Place group, String uid) {
        return group.at("metadata", "ownerReferences").items().stream()
                .anyMatch(
                        owner -> owner.isTrue("controller") && owner.text("uid").equals(uid));
    }
}
