package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Gives each Pod an identity: its account, a token that renews itself, and the account's pull secrets.
 *
 * <p>The token's volume has a random name, which need not be another one for each Pod: with the same one the Pods of a
 * template stay equal, and what was worked out for one of them holds for all.
 */
final class ServiceAccountAdmission implements AdmissionPlugin {
    private static final GroupVersionResource ACCOUNTS = new GroupVersionResource("", "v1", "serviceaccounts");
    private static final String MIRROR = "kubernetes.io/config.mirror";
    private static final String PREFIX = "kube-api-access-";
    private static final String MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    /** The account that was asked for last: the very object that the cache holds, and what is in it. */
    private record Known(ApiObject object, Place tree) {}

    private final ObjectReader reader;
    private final String volumeName;
    private volatile Known last; // null before the first Pod

    ServiceAccountAdmission(ObjectReader reader, RandomGenerator random) {
        this.reader = reader;
        StringBuilder name = new StringBuilder(PREFIX);
        for (int i = 0; i < 5; i++) {
            name.append(SUFFIX_LETTERS.charAt(random.nextInt(SUFFIX_LETTERS.length())));
        }
        this.volumeName = name.toString();
    }

    @Override
    public String name() {
        return "ServiceAccount";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return Ask.isFor(request, "pods", Operation.CREATE);
    }

    @Override
    public void mutate(AdmissionRequest request) {
        Map<String, Object> pod = request.object();
        if (Ask.object(request).at("metadata", "annotations").field(MIRROR).present()) {
            mirror(request);
            return;
        }
        Map<String, Object> spec = spec(pod);
        if (text(spec.get("serviceAccountName")).isEmpty()) {
            String old = text(spec.get("serviceAccount"));
            spec.put("serviceAccountName", old.isEmpty() ? "default" : old);
        }
        spec.put("serviceAccount", spec.get("serviceAccountName"));
        Place account = account(request, text(spec.get("serviceAccountName")));
        if (automounts(account, spec)) {
            mountToken(spec);
        }
        if (Trees.list(spec, "imagePullSecrets").isEmpty()
                && !account.field("imagePullSecrets").isEmpty()) {
            spec.put(
                    "imagePullSecrets",
                    Trees.deepCopy(account.field("imagePullSecrets").value()));
        }
    }

    private static Map<String, Object> spec(Map<String, Object> pod) {
        if (!(pod.get("spec") instanceof Map)) {
            pod.put("spec", new LinkedHashMap<>());
        }
        return Trees.map(pod, "spec");
    }

    private static String text(Object value) {
        return value instanceof String s ? s : "";
    }

    private static void mirror(AdmissionRequest request) {
        Place spec = Ask.object(request).field("spec");
        if (!spec.text("serviceAccountName").isEmpty()) {
            throw Ask.forbidden(request, "a mirror pod may not reference service accounts");
        }
        for (Place volume : spec.field("volumes").items()) {
            if (volume.field("secret").present()) {
                throw Ask.forbidden(request, "a mirror pod may not reference secrets");
            }
            for (Place source : volume.at("projected", "sources").items()) {
                if (source.field("serviceAccountToken").present()) {
                    throw Ask.forbidden(request, "a mirror pod may not use ServiceAccountToken volume projections");
                }
            }
        }
    }

    private Place account(AdmissionRequest request, String name) {
        String namespace = Ask.namespace(request);
        List<String> unusable = Names.pathSegment(name);
        if (!unusable.isEmpty()) {
            throw Ask.forbidden(
                    request,
                    "error looking up service account %s/%s: invalid resource name %s: [%s]"
                            .formatted(namespace, name, GoQuote.quote(name), String.join(" ", unusable)));
        }
        ApiObject found = reader.get(ACCOUNTS, namespace, name)
                .orElseThrow(() -> Ask.forbidden(
                        request,
                        "error looking up service account %s/%s: serviceaccount %s not found"
                                .formatted(namespace, name, GoQuote.quote(name))));
        Known known = last;
        if (known == null || !known.object.equals(found)) {
            known = new Known(found, Ask.tree(found));
            last = known;
        }
        return known.tree;
    }

    private static boolean automounts(Place account, Map<String, Object> spec) {
        Object own = spec.get("automountServiceAccountToken");
        if (own instanceof Boolean wanted) {
            return wanted;
        }
        return !Boolean.FALSE.equals(
                account.field("automountServiceAccountToken").value());
    }

    private void mountToken(Map<String, Object> spec) {
        String name = "";
        for (Place volume : Place.of(spec).field("volumes").items()) {
            if (volume.text("name").startsWith(PREFIX)) {
                name = volume.text("name");
            }
        }
        boolean exists = !name.isEmpty();
        if (!exists) {
            name = volumeName;
        }
        boolean needed = false;
        for (String list : List.of("initContainers", "containers")) {
            for (Object container : Trees.list(spec, list)) {
                needed |= mount(Trees.map(container), name);
            }
        }
        if (needed && !exists) {
            List<Object> volumes = new ArrayList<>(Trees.list(spec, "volumes"));
            volumes.add(tokenVolume(name));
            spec.put("volumes", volumes);
        }
    }

    private static boolean mount(Map<String, Object> container, String name) {
        if (container.isEmpty()) {
            return false;
        }
        List<Object> mounts = new ArrayList<>(Trees.list(container, "volumeMounts"));
        if (mounts.stream().anyMatch(m -> MOUNT.equals(Trees.string(m, "mountPath")))) {
            return false;
        }
        mounts.add(map("name", name, "readOnly", true, "mountPath", MOUNT));
        container.put("volumeMounts", mounts);
        return true;
    }

    private static Map<String, Object> tokenVolume(String name) {
        Map<String, Object> token = map("serviceAccountToken", map("expirationSeconds", 3607L, "path", "token"));
        Map<String, Object> root = map(
                "configMap", map("name", "kube-root-ca.crt", "items", list(map("key", "ca.crt", "path", "ca.crt"))));
        Map<String, Object> namespace = map(
                "downwardAPI",
                map(
                        "items",
                        list(map(
                                "path",
                                "namespace",
                                "fieldRef",
                                map("apiVersion", "v1", "fieldPath", "metadata.namespace")))));
        return map("name", name, "projected", map("sources", list(token, root, namespace), "defaultMode", 420L));
    }

    private static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private static List<Object> list(Object... items) {
        return new ArrayList<>(List.of(items));
    }
}
