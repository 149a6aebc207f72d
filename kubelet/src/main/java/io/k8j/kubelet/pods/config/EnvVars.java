package io.k8j.kubelet.pods.config;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.FileKeySelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.Fields;
import io.k8j.kubelet.volumes.ObjectSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Works out a container's environment, in upstream's order: envFrom, then env, then what Services add. */
public final class EnvVars {
    private final Pod pod;
    private final ObjectSource objects;
    private final Fields fields;
    private final Map<String, Path> volumes;

    /** @param volumes where the Pod's volumes lie, by name */
    public EnvVars(Pod pod, ObjectSource objects, Fields fields, Map<String, Path> volumes) {
        this.pod = pod;
        this.objects = objects;
        this.fields = fields;
        this.volumes = volumes;
    }

    /** The variables of a container, expanded. */
    public Map<String, String> of(ContainerRef ref) throws StartFailure {
        Map<String, String> services = serviceVariables();
        Map<String, String> result = new LinkedHashMap<>();
        for (EnvFromSource source : ContainerRef.orEmpty(ref.container().getEnvFrom())) addAll(result, source);
        for (EnvVar variable : ContainerRef.orEmpty(ref.container().getEnv())) {
            Optional<String> value = variable.getValueFrom() == null
                    ? Optional.of(plain(variable.getValue(), result, services))
                    : from(variable, ref);
            value.ifPresent(text -> result.put(variable.getName(), text));
        }
        services.forEach(result::putIfAbsent);
        return result;
    }

    private static String plain(String value, Map<String, String> known, Map<String, String> services) {
        if (value == null || value.isEmpty()) return "";
        Map<String, String> all = new HashMap<>(services);
        all.putAll(known);
        return Expansion.expand(value, all);
    }

    private void addAll(Map<String, String> result, EnvFromSource source) throws StartFailure {
        String prefix = source.getPrefix() == null ? "" : source.getPrefix();
        if (source.getConfigMapRef() != null) {
            var ref = source.getConfigMapRef();
            Optional<ConfigMap> map = objects.configMap(pod, ref.getName());
            if (map.isEmpty() && !Boolean.TRUE.equals(ref.getOptional())) {
                throw StartFailure.config("configmap \"%s\" not found".formatted(ref.getName()));
            }
            map.map(ConfigMap::getData)
                    .ifPresent(data -> data.forEach((key, value) -> result.put(prefix + key, value)));
        } else if (source.getSecretRef() != null) {
            var ref = source.getSecretRef();
            Optional<Secret> secret = objects.secret(pod, ref.getName());
            if (secret.isEmpty() && !Boolean.TRUE.equals(ref.getOptional())) {
                throw StartFailure.config("secret \"%s\" not found".formatted(ref.getName()));
            }
            secret.map(Secret::getData)
                    .ifPresent(data -> data.forEach((key, value) -> result.put(prefix + key, decode(value))));
        }
    }

    private Optional<String> from(EnvVar variable, ContainerRef container) throws StartFailure {
        var source = variable.getValueFrom();
        if (source.getFieldRef() != null) {
            try {
                return Optional.of(fields.field(source.getFieldRef().getFieldPath()));
            } catch (IllegalArgumentException e) {
                throw StartFailure.config(e.getMessage());
            }
        }
        if (source.getResourceFieldRef() != null) {
            String name = source.getResourceFieldRef().getContainerName();
            try {
                return Optional.of(fields.resource(
                        source.getResourceFieldRef(), name == null || name.isEmpty() ? container.name() : name));
            } catch (IllegalArgumentException e) {
                throw StartFailure.config(e.getMessage());
            }
        }
        if (source.getConfigMapKeyRef() != null) {
            var ref = source.getConfigMapKeyRef();
            Optional<ConfigMap> map = objects.configMap(pod, ref.getName());
            return pick(
                    map.map(found -> found.getData() == null ? Map.<String, String>of() : found.getData()),
                    "configmap",
                    "ConfigMap",
                    ref.getName(),
                    ref.getKey(),
                    ref.getOptional());
        }
        if (source.getSecretKeyRef() != null) {
            var ref = source.getSecretKeyRef();
            Optional<Secret> secret = objects.secret(pod, ref.getName());
            return pick(
                            secret.map(found -> found.getData() == null ? Map.<String, String>of() : found.getData()),
                            "secret",
                            "Secret",
                            ref.getName(),
                            ref.getKey(),
                            ref.getOptional())
                    .map(EnvVars::decode);
        }
        return source.getFileKeyRef() == null ? Optional.empty() : fromFile(source.getFileKeyRef());
    }

    private Optional<String> fromFile(FileKeySelector ref) throws StartFailure {
        Path volume = volumes.get(ref.getVolumeName());
        if (volume == null) {
            throw StartFailure.config(
                    "cannot find the volume \"%s\" referenced by FileKeyRef".formatted(ref.getVolumeName()));
        }
        Optional<String> value;
        try {
            value = EnvFile.value(volume, ref.getPath(), ref.getKey());
        } catch (IOException e) {
            throw StartFailure.config("couldn't parse env file");
        }
        if (value.isEmpty() && !Boolean.TRUE.equals(ref.getOptional())) {
            throw StartFailure.config("environment variable key \"%s\" not found in file \"%s\""
                    .formatted(ref.getKey(), volume.resolve(ref.getPath())));
        }
        return value;
    }

    private Optional<String> pick(
            Optional<Map<String, String>> data, String resource, String kind, String name, String key, Boolean optional)
            throws StartFailure {
        if (data.isPresent() && data.get().containsKey(key))
            return Optional.of(data.get().get(key));
        if (Boolean.TRUE.equals(optional)) return Optional.empty();
        if (data.isEmpty()) throw StartFailure.config("%s \"%s\" not found".formatted(resource, name));
        throw StartFailure.config("couldn't find key %s in %s %s/%s"
                .formatted(key, kind, pod.getMetadata().getNamespace(), name));
    }

    private static String decode(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private Map<String, String> serviceVariables() {
        Map<String, String> result = new LinkedHashMap<>();
        boolean links = !Boolean.FALSE.equals(pod.getSpec().getEnableServiceLinks());
        String namespace = pod.getMetadata().getNamespace();
        for (Service service : objects.services("default")) {
            boolean master = service.getMetadata().getName().equals("kubernetes");
            if (master && !namespace.equals("default")) add(result, service);
        }
        for (Service service : objects.services(namespace)) {
            boolean master = namespace.equals("default")
                    && service.getMetadata().getName().equals("kubernetes");
            if (links || master) add(result, service);
        }
        return result;
    }

    private static void add(Map<String, String> result, Service service) {
        String ip = service.getSpec().getClusterIP();
        List<ServicePort> ports = ContainerRef.orEmpty(service.getSpec().getPorts());
        if (ip == null || ip.isEmpty() || ip.equals("None") || ports.isEmpty()) return;
        String name = variableName(service.getMetadata().getName());
        result.put(name + "_SERVICE_HOST", ip);
        result.put(name + "_SERVICE_PORT", String.valueOf(ports.getFirst().getPort()));
        for (ServicePort port : ports) {
            if (port.getName() != null && !port.getName().isEmpty()) {
                result.put(name + "_SERVICE_PORT_" + variableName(port.getName()), String.valueOf(port.getPort()));
            }
        }
        String host = ip.contains(":") ? "[" + ip + "]" : ip;
        for (int i = 0; i < ports.size(); i++) {
            ServicePort port = ports.get(i);
            String protocol = port.getProtocol() == null ? "TCP" : port.getProtocol();
            String url = "%s://%s:%d".formatted(protocol.toLowerCase(Locale.ROOT), host, port.getPort());
            if (i == 0) result.put(name + "_PORT", url);
            String prefix = "%s_PORT_%d_%s".formatted(name, port.getPort(), protocol.toUpperCase(Locale.ROOT));
            result.put(prefix, url);
            result.put(prefix + "_PROTO", protocol.toLowerCase(Locale.ROOT));
            result.put(prefix + "_PORT", String.valueOf(port.getPort()));
            result.put(prefix + "_ADDR", ip);
        }
    }

    private static String variableName(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
