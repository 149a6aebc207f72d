package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.AddressWarnings;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What is allowed but hardly meant in objects that are no Pods. Pure functions. */
final class ObjectWarnings {
    private static final String HINTS = "service.kubernetes.io/topology-aware-hints";
    private static final String OLD_CLASS = "volume.beta.kubernetes.io/storage-class";
    private static final String OLD_OPTIONS = "volume.beta.kubernetes.io/mount-options";
    private static final String USE_CLASS = "deprecated since v1.8; use \"storageClassName\" attribute instead";

    private ObjectWarnings() {}

    /** The name of something that makes Pods should do as a host name. */
    static List<String> name(Map<String, Object> object) {
        return name(object, "metadata.name: this is used in Pod names and hostnames");
    }

    static List<String> podName(Map<String, Object> pod) {
        return name(pod, "metadata.name: this is used in the Pod's hostname");
    }

    private static List<String> name(Map<String, Object> object, String words) {
        String name = Trees.string(object, "metadata", "name");
        List<String> wrong = name == null ? List.of() : Names.dns1123Label(name);
        return wrong.isEmpty()
                ? List.of()
                : List.of(words + ", which can result in surprising behavior; a DNS label is recommended: ["
                        + String.join(" ", wrong) + "]");
    }

    /** Names that configurations in files will have. */
    static List<String> reservedName(Map<String, Object> object, Map<String, Object> old) {
        String name = Trees.string(object, "metadata", "name");
        return name == null || !name.endsWith(".static.k8s.io")
                ? List.of()
                : List.of("metadata.name: names ending with \".static.k8s.io\" are reserved for static manifest-based"
                        + " configurations and cannot be managed via the API");
    }

    static List<String> service(Map<String, Object> service, Map<String, Object> old) {
        Place spec = Place.of(service).field("spec");
        String type = spec.text("type");
        List<String> warnings = new ArrayList<>();
        if (Place.of(service).at("metadata", "annotations").field(HINTS).present()) {
            warnings.add(
                    "annotation " + HINTS + " is deprecated, please use service.kubernetes.io/topology-mode instead");
        }
        boolean headless = spec.text("clusterIP").equals("None");
        if (!headless) {
            spec.field("clusterIPs").items().forEach(ip -> warnings.addAll(AddressWarnings.address(ip)));
        }
        boolean external = !spec.field("externalIPs").isEmpty();
        if (external) {
            warnings.add("spec.externalIPs is deprecated");
        }
        if (headless && type.equals("ClusterIP")) {
            headless(warnings, spec);
        }
        spec.field("externalIPs").items().forEach(ip -> warnings.addAll(AddressWarnings.address(ip)));
        warnings.addAll(AddressWarnings.address(spec.field("loadBalancerIP")));
        spec.field("loadBalancerSourceRanges").items().forEach(r -> warnings.addAll(AddressWarnings.range(r)));
        if (type.equals("ExternalName") && external) {
            warnings.add("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
        }
        if (!type.equals("ExternalName") && !spec.text("externalName").isEmpty()) {
            warnings.add("spec.externalName is ignored when spec.type is not \"ExternalName\"");
        }
        if (spec.text("trafficDistribution").equals("PreferClose")) {
            warnings.add("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
        }
        return warnings;
    }

    private static void headless(List<String> warnings, Place spec) {
        if (!spec.text("loadBalancerIP").isEmpty()) {
            warnings.add("spec.loadBalancerIP is ignored for headless services");
        }
        if (!spec.field("externalIPs").isEmpty()) {
            warnings.add("spec.externalIPs is ignored for headless services");
        }
        if (!spec.text("sessionAffinity").equals("None")) {
            warnings.add("spec.SessionAffinity is ignored for headless services");
        }
    }

    static List<String> endpointSlice(Map<String, Object> slice, Map<String, Object> old) {
        List<String> warnings = new ArrayList<>();
        Place p = Place.of(slice);
        if (old == null && p.text("addressType").equals("FQDN")) {
            warnings.add("spec.addressType: FQDN endpoints are deprecated");
        }
        for (Place endpoint : p.field("endpoints").items()) {
            endpoint.field("addresses").items().forEach(a -> warnings.addAll(AddressWarnings.address(a)));
        }
        return warnings;
    }

    static List<String> endpoints(Map<String, Object> endpoints, Map<String, Object> old) {
        List<String> warnings = new ArrayList<>();
        for (Place subset : Place.of(endpoints).field("subsets").items()) {
            for (String list : List.of("addresses", "notReadyAddresses")) {
                subset.field(list).items().forEach(a -> warnings.addAll(AddressWarnings.address(a.field("ip"))));
            }
        }
        return warnings;
    }

    static List<String> node(Map<String, Object> node, Map<String, Object> old) {
        List<String> warnings = new ArrayList<>();
        Place spec = Place.of(node).field("spec");
        if (spec.field("configSource").present()) {
            warnings.add("spec.configSource: the feature is removed");
        }
        if (!spec.text("externalID").isEmpty()) {
            warnings.add("spec.externalID: this field is deprecated, and is unused by Kubernetes");
        }
        spec.field("podCIDRs").items().forEach(range -> warnings.addAll(AddressWarnings.range(range)));
        return warnings;
    }

    static List<String> runtimeClass(Map<String, Object> runtime, Map<String, Object> old) {
        List<String> warnings = new ArrayList<>();
        Place selector = Place.of(runtime).at("scheduling", "nodeSelector");
        for (String key : new TreeSet<>(selector.map().keySet())) {
            String words = PodWarnings.OLD_LABELS.get(key);
            if (words != null) warnings.add(selector.path() + ": " + words);
        }
        return warnings;
    }

    static List<String> claim(Map<String, Object> claim, Map<String, Object> old) {
        List<String> warnings = new ArrayList<>();
        annotation(warnings, Place.of(claim), OLD_CLASS, USE_CLASS);
        VolumeWarnings.claim(warnings, Place.of(claim).field("spec"));
        return warnings;
    }

    static List<String> volume(Map<String, Object> volume, Map<String, Object> old) {
        List<String> warnings = new ArrayList<>();
        Place spec = Place.of(volume).field("spec");
        annotation(warnings, Place.of(volume), OLD_CLASS, USE_CLASS);
        annotation(
                warnings,
                Place.of(volume),
                OLD_OPTIONS,
                "deprecated since v1.31; use \"mountOptions\" attribute instead");
        if (spec.text("persistentVolumeReclaimPolicy").equals("Recycle")) {
            warnings.add("spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the"
                    + " recommended approach is to use dynamic provisioning.");
        }
        for (Place term :
                spec.at("nodeAffinity", "required", "nodeSelectorTerms").items()) {
            PodWarnings.nodeTerm(warnings, term, false);
        }
        List<List<String>> kinds = List.of(
                List.of("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
                List.of("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
                List.of("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
                List.of("storageos", "deprecated in v1.22, non-functional in v1.25+"),
                List.of("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
                List.of("rbd", "deprecated in v1.28, non-functional in v1.31+"),
                List.of("flocker", "deprecated in v1.22, non-functional in v1.25+"),
                List.of("quobyte", "deprecated in v1.22, non-functional in v1.25+"));
        for (List<String> kind : kinds) {
            if (spec.field(kind.get(0)).present()) {
                String name = kind.get(0).equals("storageos") ? "storageOS" : kind.get(0);
                warnings.add("spec." + name + ": " + kind.get(1));
            }
        }
        return warnings;
    }

    private static void annotation(List<String> warnings, Place object, String key, String words) {
        if (object.at("metadata", "annotations").field(key).present()) {
            warnings.add("metadata.annotations[" + key + "]: " + words);
        }
    }
}
