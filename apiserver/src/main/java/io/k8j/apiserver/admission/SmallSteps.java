package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.json.Trees;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Steps that fill in or refuse one thing each. */
final class SmallSteps {
    private static final GroupVersionResource STORAGE_CLASSES =
            new GroupVersionResource("storage.k8s.io", "v1", "storageclasses");
    private static final GroupVersionResource INGRESS_CLASSES =
            new GroupVersionResource("networking.k8s.io", "v1", "ingressclasses");
    private static final GroupVersionResource NODES = new GroupVersionResource("", "v1", "nodes");
    private static final List<String> TOPOLOGY =
            List.of("topology.kubernetes.io/zone", "topology.kubernetes.io/region");

    private SmallSteps() {}

    /** A step that changes objects. */
    private record Mutation(String name, Predicate<AdmissionRequest> when, Consumer<AdmissionRequest> change)
            implements AdmissionPlugin {
        @Override
        public boolean handles(AdmissionRequest request) {
            return when.test(request);
        }

        @Override
        public void mutate(AdmissionRequest request) {
            change.accept(request);
        }
    }

    /** A step that only refuses. */
    private record Refusal(String name, Predicate<AdmissionRequest> when, Consumer<AdmissionRequest> check)
            implements AdmissionPlugin {
        @Override
        public boolean handles(AdmissionRequest request) {
            return when.test(request);
        }

        @Override
        public void validate(AdmissionRequest request) {
            check.accept(request);
        }
    }

    private static Predicate<AdmissionRequest> creating(String resource) {
        return request -> Ask.isFor(request, resource, Operation.CREATE);
    }

    private static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private static void append(Map<String, Object> object, Object item, String... path) {
        List<Object> list = new ArrayList<>(Trees.list(object, path));
        if (!list.contains(item)) {
            list.add(item);
            Trees.set(object, list, path);
        }
    }

    /** A new node takes no Pods until somebody has seen it ready. */
    static AdmissionPlugin taintNodesByCondition() {
        return new Mutation("TaintNodesByCondition", creating("nodes"), request -> {
            boolean tainted = Ask.object(request).at("spec", "taints").items().stream()
                    .anyMatch(t -> t.text("key").equals("node.kubernetes.io/not-ready")
                            && t.text("effect").equals("NoSchedule"));
            if (!tainted) {
                append(
                        request.object(),
                        map("key", "node.kubernetes.io/not-ready", "effect", "NoSchedule"),
                        "spec",
                        "taints");
            }
        });
    }

    /** Pods stay five minutes on a node that is lost, unless they say otherwise. */
    static AdmissionPlugin defaultTolerationSeconds(long notReady, long unreachable) {
        Predicate<AdmissionRequest> when = request -> Ask.isFor(request, "pods", Operation.CREATE, Operation.UPDATE);
        return new Mutation("DefaultTolerationSeconds", when, request -> {
            Map<String, Object> seconds =
                    map("node.kubernetes.io/not-ready", notReady, "node.kubernetes.io/unreachable", unreachable);
            seconds.forEach((key, value) -> {
                boolean tolerated = Ask.object(request).at("spec", "tolerations").items().stream()
                        .anyMatch(
                                t -> (t.text("key").equals(key) || t.text("key").isEmpty())
                                        && (t.text("effect").equals("NoExecute")
                                                || t.text("effect").isEmpty()));
                if (!tolerated) {
                    append(
                            request.object(),
                            map("key", key, "operator", "Exists", "effect", "NoExecute", "tolerationSeconds", value),
                            "spec",
                            "tolerations");
                }
            });
        });
    }

    /** Volumes and claims in use are not removed under their users. */
    static AdmissionPlugin storageObjectInUseProtection() {
        Map<String, String> finalizers = Map.of(
                "persistentvolumes", "kubernetes.io/pv-protection",
                "persistentvolumeclaims", "kubernetes.io/pvc-protection",
                "volumeattributesclasses.storage.k8s.io", "kubernetes.io/vac-protection");
        String[] kinds = finalizers.keySet().toArray(String[]::new);
        Predicate<AdmissionRequest> when = request -> {
            for (String kind : kinds) { // asked for each object that is created
                if (Ask.isFor(request, kind, Operation.CREATE)) return true;
            }
            return false;
        };
        return new Mutation(
                "StorageObjectInUseProtection",
                when,
                request -> finalizers.forEach((kind, finalizer) -> {
                    if (creating(kind).test(request)) append(request.object(), finalizer, "metadata", "finalizers");
                }));
    }

    /** The newest of the default classes; of the same age the first by name. */
    private static Optional<String> defaultClass(ObjectReader reader, GroupVersionResource classes, String... keys) {
        return reader.list(classes, "").stream()
                .map(Ask::tree)
                .filter(c -> {
                    Place annotations = c.at("metadata", "annotations");
                    return List.of(keys).stream()
                            .anyMatch(k -> annotations.text(k).equals("true"));
                })
                .min(Comparator.<Place, String>comparing(
                                c -> c.at("metadata", "creationTimestamp").text(), Comparator.reverseOrder())
                        .thenComparing(c -> c.at("metadata", "name").text()))
                .map(c -> c.at("metadata", "name").text());
    }

    static AdmissionPlugin defaultStorageClass(ObjectReader reader) {
        return new Mutation("DefaultStorageClass", creating("persistentvolumeclaims"), request -> {
            Place claim = Ask.object(request);
            boolean given = claim.at("spec", "storageClassName").present()
                    || claim.at("metadata", "annotations")
                            .field("volume.beta.kubernetes.io/storage-class")
                            .present();
            if (!given) {
                defaultClass(
                                reader,
                                STORAGE_CLASSES,
                                "storageclass.kubernetes.io/is-default-class",
                                "storageclass.beta.kubernetes.io/is-default-class")
                        .ifPresent(name -> Trees.set(request.object(), name, "spec", "storageClassName"));
            }
        });
    }

    static AdmissionPlugin defaultIngressClass(ObjectReader reader) {
        return new Mutation("DefaultIngressClass", creating("ingresses.networking.k8s.io"), request -> {
            Place ingress = Ask.object(request);
            boolean given = ingress.at("spec", "ingressClassName").present()
                    || ingress.at("metadata", "annotations")
                            .field("kubernetes.io/ingress.class")
                            .present();
            if (!given) {
                defaultClass(reader, INGRESS_CLASSES, "ingressclass.kubernetes.io/is-default-class")
                        .ifPresent(name -> Trees.set(request.object(), name, "spec", "ingressClassName"));
            }
        });
    }

    /** Claims grow only where their class says that volumes can. */
    static AdmissionPlugin persistentVolumeClaimResize(ObjectReader reader) {
        Predicate<AdmissionRequest> when = request -> Ask.isFor(request, "persistentvolumeclaims", Operation.UPDATE);
        return new Refusal("PersistentVolumeClaimResize", when, request -> {
            Place now = Ask.object(request).at("spec", "resources", "requests", "storage");
            Place before = Ask.old(request).at("spec", "resources", "requests", "storage");
            if (now.absent()
                    || before.absent()
                    || Quantity.of(now.value()).compareTo(Quantity.of(before.value())) <= 0) {
                return;
            }
            if (!Ask.old(request).at("status", "phase").text().equals("Bound")) {
                throw Ask.forbidden(request, "Only bound persistent volume claims can be expanded");
            }
            String name = Ask.object(request).at("spec", "storageClassName").text();
            boolean grows = !name.isEmpty()
                    && reader.get(STORAGE_CLASSES, "", name)
                            .map(c -> Ask.tree(c).isTrue("allowVolumeExpansion"))
                            .orElse(false);
            if (!grows) {
                throw Ask.forbidden(
                        request,
                        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc"
                                + " must support resize");
            }
        });
    }

    /** Pods that are bound learn their node's zone and region as labels. */
    static AdmissionPlugin podTopologyLabels(ObjectReader reader) {
        Predicate<AdmissionRequest> when = request -> Ask.isFor(request, "pods", "binding", Operation.CREATE)
                || Ask.isFor(request, "bindings", Operation.CREATE);
        return new Mutation("PodTopologyLabels", when, request -> {
            String node = Ask.object(request).at("target", "name").text();
            reader.get(NODES, "", node)
                    .ifPresent(found -> TOPOLOGY.forEach(key -> {
                        String value = found.labels().get(key);
                        if (value != null) {
                            Trees.set(request.object(), value, "metadata", "labels", key);
                        }
                    }));
        });
    }
}
