package io.k8j.kubelet.volumes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretVolumeSource;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.k8j.kubelet.pods.spec.Fields;
import io.k8j.kubelet.volumes.AtomicWriter.FileContent;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Works out the files of volumes that show objects of the API. */
final class Payloads {
    private static final int DEFAULT_MODE = 0644;
    private static final int TOKEN_MODE = 0600;

    private final Pod pod;
    private final ObjectSource objects;
    private final Fields fields;

    Payloads(Pod pod, ObjectSource objects, Fields fields) {
        this.pod = pod;
        this.objects = objects;
        this.fields = fields;
    }

    SortedMap<String, FileContent> of(ConfigMapVolumeSource source) throws VolumeException {
        SortedMap<String, FileContent> files = new TreeMap<>();
        configMap(
                files,
                source.getName(),
                source.getItems(),
                isTrue(source.getOptional()),
                mode(source.getDefaultMode()));
        return files;
    }

    SortedMap<String, FileContent> of(SecretVolumeSource source) throws VolumeException {
        SortedMap<String, FileContent> files = new TreeMap<>();
        secret(
                files,
                source.getSecretName(),
                source.getItems(),
                isTrue(source.getOptional()),
                mode(source.getDefaultMode()));
        return files;
    }

    SortedMap<String, FileContent> of(List<DownwardAPIVolumeFile> items, Integer defaultMode) throws VolumeException {
        SortedMap<String, FileContent> files = new TreeMap<>();
        downward(files, items, mode(defaultMode));
        return files;
    }

    SortedMap<String, FileContent> of(ProjectedVolumeSource source) throws VolumeException {
        SortedMap<String, FileContent> files = new TreeMap<>();
        int mode = mode(source.getDefaultMode());
        for (VolumeProjection part : source.getSources()) {
            if (part.getConfigMap() != null) {
                var map = part.getConfigMap();
                configMap(files, map.getName(), map.getItems(), isTrue(map.getOptional()), mode);
            } else if (part.getSecret() != null) {
                var secret = part.getSecret();
                secret(files, secret.getName(), secret.getItems(), isTrue(secret.getOptional()), mode);
            } else if (part.getDownwardAPI() != null) {
                downward(files, part.getDownwardAPI().getItems(), mode);
            } else if (part.getServiceAccountToken() != null) {
                byte[] token = token(part).getBytes(StandardCharsets.UTF_8);
                Long owner = TokenOwner.of(pod);
                // Nobody but the Pod's user reads it; a group gets its right with the volume.
                boolean narrow = owner != null || TokenOwner.hasGroup(pod);
                files.put(
                        part.getServiceAccountToken().getPath(),
                        new FileContent(token, narrow ? TOKEN_MODE : mode, owner));
            } else {
                throw new VolumeException("this source of a projected volume is not supported", null);
            }
        }
        return files;
    }

    private String token(VolumeProjection part) throws VolumeException {
        try {
            return objects.token(pod, part.getServiceAccountToken());
        } catch (RuntimeException e) {
            throw new VolumeException("failed to fetch token: " + e.getMessage(), e);
        }
    }

    private void configMap(
            SortedMap<String, FileContent> files, String name, List<KeyToPath> items, boolean optional, int mode)
            throws VolumeException {
        Optional<ConfigMap> map = objects.configMap(pod, name);
        if (map.isEmpty() && !optional) throw new VolumeException("configmap \"%s\" not found".formatted(name), null);
        Map<String, byte[]> data = new HashMap<>();
        map.ifPresent(found -> {
            orEmpty(found.getData()).forEach((key, value) -> data.put(key, value.getBytes(StandardCharsets.UTF_8)));
            orEmpty(found.getBinaryData())
                    .forEach((key, value) -> data.put(key, Base64.getDecoder().decode(value)));
        });
        pick(files, data, items, optional, mode, "references non-existent config key: ");
    }

    private void secret(
            SortedMap<String, FileContent> files, String name, List<KeyToPath> items, boolean optional, int mode)
            throws VolumeException {
        Optional<Secret> secret = objects.secret(pod, name);
        if (secret.isEmpty() && !optional) throw new VolumeException("secret \"%s\" not found".formatted(name), null);
        Map<String, byte[]> data = new HashMap<>();
        secret.ifPresent(found -> orEmpty(found.getData())
                .forEach((key, value) -> data.put(key, Base64.getDecoder().decode(value))));
        pick(files, data, items, optional, mode, "references non-existent secret key: ");
    }

    private static void pick(
            SortedMap<String, FileContent> files,
            Map<String, byte[]> data,
            List<KeyToPath> items,
            boolean optional,
            int mode,
            String missing)
            throws VolumeException {
        if (items == null || items.isEmpty()) {
            data.forEach((key, value) -> files.put(key, new FileContent(value, mode)));
            return;
        }
        for (KeyToPath item : items) {
            byte[] value = data.get(item.getKey());
            if (value == null) {
                if (optional) continue;
                throw new VolumeException(missing + item.getKey(), null);
            }
            files.put(item.getPath(), new FileContent(value, item.getMode() == null ? mode : item.getMode()));
        }
    }

    private void downward(SortedMap<String, FileContent> files, List<DownwardAPIVolumeFile> items, int mode)
            throws VolumeException {
        for (DownwardAPIVolumeFile item : items) {
            try {
                String value = item.getFieldRef() != null
                        ? fields.field(item.getFieldRef().getFieldPath())
                        : fields.resource(
                                item.getResourceFieldRef(),
                                item.getResourceFieldRef().getContainerName());
                files.put(
                        item.getPath(),
                        new FileContent(
                                value.getBytes(StandardCharsets.UTF_8),
                                item.getMode() == null ? mode : item.getMode()));
            } catch (IllegalArgumentException e) {
                throw new VolumeException(e.getMessage(), e);
            }
        }
    }

    private static int mode(Integer wanted) {
        return wanted == null ? DEFAULT_MODE : wanted;
    }

    private static boolean isTrue(Boolean flag) {
        return Boolean.TRUE.equals(flag);
    }

    private static <V> Map<String, V> orEmpty(Map<String, V> map) {
        return map == null ? Map.of() : map;
    }
}
