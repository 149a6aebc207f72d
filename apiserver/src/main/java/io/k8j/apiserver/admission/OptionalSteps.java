package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Steps that are off unless the configuration asks for them. */
final class OptionalSteps {
    private static final List<String> CONTAINERS = List.of("initContainers", "containers", "ephemeralContainers");

    private OptionalSteps() {}

    /** Lets everything pass. */
    record AlwaysAdmit() implements AdmissionPlugin {
        @Override
        public String name() {
            return "AlwaysAdmit";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return false;
        }
    }

    /** Lets nothing pass. */
    record AlwaysDeny() implements AdmissionPlugin {
        @Override
        public String name() {
            return "AlwaysDeny";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return true;
        }

        @Override
        public void mutate(AdmissionRequest request) {
            validate(request);
        }

        @Override
        public void validate(AdmissionRequest request) {
            throw Ask.forbidden(request, "admission control is denying all modifications");
        }
    }

    /** Images are asked for with the Pod's own rights, whatever lies on the node. */
    record AlwaysPullImages() implements AdmissionPlugin {
        @Override
        public String name() {
            return "AlwaysPullImages";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return Ask.isFor(request, "pods", Operation.CREATE, Operation.UPDATE)
                    || Ask.isFor(request, "pods", "ephemeralcontainers", Operation.UPDATE);
        }

        @Override
        public void mutate(AdmissionRequest request) {
            for (String list : CONTAINERS) {
                for (Object c : Trees.list(request.object(), "spec", list)) {
                    Trees.map(c).put("imagePullPolicy", "Always");
                }
            }
            for (Object volume : Trees.list(request.object(), "spec", "volumes")) {
                if (Trees.get(volume, "image") != null)
                    Trees.map(volume, "image").put("pullPolicy", "Always");
            }
        }

        @Override
        public void validate(AdmissionRequest request) {
            List<FieldError> errors = new ArrayList<>();
            for (String list : CONTAINERS) {
                for (Place c : Ask.object(request).at("spec", list).items()) check(c.field("imagePullPolicy"), errors);
            }
            for (Place volume : Ask.object(request).at("spec", "volumes").items()) {
                if (volume.field("image").present()) check(volume.at("image", "pullPolicy"), errors);
            }
            if (!errors.isEmpty()) throw Ask.forbidden(request, FieldError.aggregate(errors));
        }

        private static void check(Place policy, List<FieldError> errors) {
            if (!policy.text().equals("Always")) {
                errors.add(FieldError.notSupported(policy.path(), policy.text(), List.of("Always")));
            }
        }
    }

    /** No object of any kind of request in a namespace that does not exist. */
    record NamespaceExists(ObjectReader reader) implements AdmissionPlugin {
        @Override
        public String name() {
            return "NamespaceExists";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return request.operation() != Operation.CONNECT
                    && !Ask.namespace(request).isEmpty()
                    && !request.context().resource().isQualified("namespaces");
        }

        @Override
        public void validate(AdmissionRequest request) {
            if (reader.get(Ask.NAMESPACES, "", Ask.namespace(request)).isEmpty()) {
                throw ApiException.notFound(Ask.NAMESPACES, Ask.namespace(request));
            }
        }
    }

    /** A namespace comes into being with its first object. */
    record NamespaceAutoProvision(ObjectReader reader, Consumer<String> maker) implements AdmissionPlugin {
        @Override
        public String name() {
            return "NamespaceAutoProvision";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return request.operation() == Operation.CREATE
                    && !request.context().dryRun()
                    && !Ask.namespace(request).isEmpty()
                    && !request.context().resource().isQualified("namespaces");
        }

        @Override
        public void mutate(AdmissionRequest request) {
            if (reader.get(Ask.NAMESPACES, "", Ask.namespace(request)).isPresent()) return;
            try {
                maker.accept(Ask.namespace(request));
            } catch (ApiException e) {
                throw Ask.forbidden(request, e.getMessage());
            }
        }
    }

    /** Nobody draws traffic for addresses of others to a Service. */
    record DenyServiceExternalIps() implements AdmissionPlugin {
        @Override
        public String name() {
            return "DenyServiceExternalIPs";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return Ask.isFor(request, "services", Operation.CREATE, Operation.UPDATE);
        }

        @Override
        public void validate(AdmissionRequest request) {
            List<String> before = Ask.old(request).at("spec", "externalIPs").texts();
            if (!before.containsAll(
                    Ask.object(request).at("spec", "externalIPs").texts())) {
                throw Ask.forbidden(request, "Use of external IPs is denied by admission control");
            }
        }
    }

    /** Pods that ask for a device tolerate the taint that keeps others off its nodes. */
    record ExtendedResourceToleration() implements AdmissionPlugin {
        @Override
        public String name() {
            return "ExtendedResourceToleration";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return Ask.isFor(request, "pods", Operation.CREATE, Operation.UPDATE);
        }

        @Override
        public void mutate(AdmissionRequest request) {
            TreeSet<String> devices = new TreeSet<>();
            for (String list : List.of("containers", "initContainers")) {
                for (Place c : Ask.object(request).at("spec", list).items()) {
                    c.at("resources", "requests").map().keySet().stream()
                            .filter(n -> n.contains("/") && !n.contains("kubernetes.io/") && !n.startsWith("requests."))
                            .forEach(devices::add);
                }
            }
            for (String device : devices) {
                boolean tolerated = Ask.object(request).at("spec", "tolerations").items().stream()
                        .anyMatch(t -> t.text("key").equals(device)
                                && t.text("operator").equals("Exists")
                                && t.text("effect").isEmpty());
                if (tolerated) continue;
                Map<String, Object> toleration = new LinkedHashMap<>();
                toleration.put("key", device);
                toleration.put("operator", "Exists");
                List<Object> all = new ArrayList<>(Trees.list(request.object(), "spec", "tolerations"));
                all.add(toleration);
                Trees.set(request.object(), all, "spec", "tolerations");
            }
        }
    }

    /** Required anti-affinity keeps Pods apart by node only, or one Pod could block a whole zone. */
    record LimitPodHardAntiAffinityTopology() implements AdmissionPlugin {
        private static final String NODE = "kubernetes.io/hostname";

        @Override
        public String name() {
            return "LimitPodHardAntiAffinityTopology";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return Ask.isFor(request, "pods", Operation.CREATE, Operation.UPDATE);
        }

        @Override
        public void validate(AdmissionRequest request) {
            String[] path = {"spec", "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"};
            for (Place term : Ask.object(request).at(path).items()) {
                if (!term.text("topologyKey").equals(NODE)) {
                    throw Ask.forbidden(
                            request,
                            "affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey %s but only key %s is allowed"
                                    .formatted(term.text("topologyKey"), NODE));
                }
            }
        }
    }
}
