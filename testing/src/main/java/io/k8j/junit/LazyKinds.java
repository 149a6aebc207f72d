package io.k8j.junit;

import static java.util.stream.Collectors.groupingBy;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesList;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.internal.KubernetesDeserializer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.HandlerInstantiator;

/**
 * fabric8's serialization, which finds the class of an object that tells itself what it is, as that of every watch event
 * does, among the classes that libraries list as services. The library loads and makes one of each at the first such object:
 * 800 classes, a fortieth of what an operator's test costs. Here a class is loaded when its kind is met; what is found is the
 * same. Threads may share it.
 */
final class LazyKinds extends KubernetesSerialization {
    private static final String SERVICES = "META-INF/services/" + KubernetesResource.class.getName();
    private static final String LIBRARY = "io.fabric8.";

    private record Listed(String name, ClassLoader loader) {
        /** What the library calls its classes tells the kind; the test of this class looks whether it stays so. */
        String kind() {
            return name.equals(KubernetesList.class.getName()) ? "List" : name.substring(name.lastIndexOf('.') + 1);
        }
    }

    /** What is listed and was not loaded yet. */
    private final Map<String, List<Listed>> waiting;

    LazyKinds() {
        super(new ObjectMapper(), false);
        Map<String, Listed> found = new LinkedHashMap<>();
        list(Thread.currentThread().getContextClassLoader(), found);
        list(KubernetesDeserializer.class.getClassLoader(), found);
        waiting = new ConcurrentHashMap<>(found.values().stream()
                .filter(listed -> listed.name.startsWith(LIBRARY))
                .collect(groupingBy(Listed::kind)));
        // Of classes of others an annotation says the kind; they are few.
        found.values().stream()
                .filter(listed -> !listed.name.startsWith(LIBRARY))
                .forEach(this::load);
    }

    private static void list(ClassLoader loader, Map<String, Listed> found) {
        if (loader == null) return;
        try {
            for (URL file : Collections.list(loader.getResources(SERVICES))) {
                try (BufferedReader lines =
                        new BufferedReader(new InputStreamReader(file.openStream(), StandardCharsets.UTF_8))) {
                    lines.lines()
                            .map(line -> line.replaceFirst("#.*", "").strip())
                            .filter(name -> !name.isEmpty())
                            .forEach(name -> found.put(name, new Listed(name, loader)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("read " + SERVICES, e);
        }
    }

    private void load(Listed listed) {
        try {
            super.registerKubernetesResource(
                    Class.forName(listed.name, true, listed.loader).asSubclass(KubernetesResource.class));
        } catch (ClassNotFoundException e) {
            throw new ServiceConfigurationError("%s lists %s, which is missing".formatted(SERVICES, listed.name), e);
        }
    }

    /** Has the classes of a kind loaded, of whatever version. */
    void met(String kind) {
        List<Listed> classes = waiting.get(kind);
        if (classes == null) return;
        classes.forEach(this::load);
        waiting.remove(kind); // not before: who finds nothing waiting must find what is loaded
    }

    /** Kinds whose classes nobody needed so far. */
    Set<String> waiting() {
        return Set.copyOf(waiting.keySet());
    }

    @Override
    protected ObjectMapper configureMapper(ObjectMapper mapper) {
        ObjectMapper configured = super.configureMapper(mapper);
        HandlerInstantiator own = configured.deserializationConfig().getHandlerInstantiator();
        return configured
                .rebuild()
                .handlerInstantiator(new LazyKindsReaders(own, this::met))
                .build();
    }

    @Override
    public Class<? extends KubernetesResource> getRegisteredKubernetesResource(String apiVersion, String kind) {
        if (kind != null) met(kind);
        return super.getRegisteredKubernetesResource(apiVersion, kind);
    }

    /** What somebody registers stands instead of what is listed. */
    @Override
    public void registerKubernetesResource(Class<? extends KubernetesResource> type) {
        met(HasMetadata.getKind(type));
        super.registerKubernetesResource(type);
    }

    @Override
    public void registerKubernetesResource(String apiVersion, String kind, Class<? extends KubernetesResource> type) {
        met(kind);
        super.registerKubernetesResource(apiVersion, kind, type);
    }
}
