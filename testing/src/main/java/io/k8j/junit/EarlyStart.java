package io.k8j.junit;

import java.lang.reflect.Field;
import java.util.Optional;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.SelectorResolutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.discovery.MethodSelector;
import org.junit.platform.launcher.LauncherDiscoveryListener;

/**
 * Begins to prepare the first cluster when JUnit finds the first class that will have one: JUnit goes on to look for tests
 * on one thread, and does other things before it runs them. Found by JUnit itself, as a service.
 */
public final class EarlyStart implements LauncherDiscoveryListener {
    /**
     * What a class will need.
     *
     * @param expressions whether its cluster will have custom resources
     * @param fabric8 whether it asks for fabric8's client
     */
    record Wanted(boolean expressions, boolean fabric8) {}

    @Override
    public void selectorProcessed(UniqueId engine, DiscoverySelector selector, SelectorResolutionResult result) {
        if (result.getStatus() != SelectorResolutionResult.Status.RESOLVED) return;
        if (selector instanceof ClassSelector test) {
            wanted(test.getJavaClass()).ifPresent(EarlyStart::prepare);
        } else if (selector instanceof MethodSelector test) {
            wanted(test.getJavaClass()).ifPresent(EarlyStart::prepare);
        }
    }

    /** Empty if the class has no cluster. */
    static Optional<Wanted> wanted(Class<?> test) {
        K8j settings = AnnotationSupport.findAnnotation(test, K8j.class).orElse(null);
        boolean fabric8 = false;
        for (Field field : test.getDeclaredFields()) {
            K8j part = field.getAnnotation(K8j.class);
            if (settings == null) settings = part;
            fabric8 |= part != null && Clients.isFabric8(field.getType());
        }
        return settings == null ? Optional.empty() : Optional.of(new Wanted(settings.crds().length > 0, fabric8));
    }

    private static void prepare(Wanted wanted) {
        Preload.early(wanted.expressions());
        if (wanted.fabric8()) Preload.fabric8();
    }
}
