package io.k8j.e2e.conformance;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * The tests that carry {@link Conformance}, read from the compiled classes of this module.
 *
 * @param tests names of test classes by the id of the behaviour that they show
 * @param mistakes annotated methods that no runner would run
 */
record ShownBehaviours(Map<String, List<String>> tests, List<String> mistakes) {
    static ShownBehaviours find() {
        Map<String, List<String>> tests = new TreeMap<>();
        List<String> mistakes = new ArrayList<>();
        for (Class<?> type : ReflectionSupport.findAllClassesInPackage("io.k8j.e2e", c -> true, name -> true)) {
            for (Method method : ReflectionSupport.findMethods(
                    type,
                    m -> m.getDeclaringClass() == type && m.getAnnotationsByType(Conformance.class).length > 0,
                    HierarchyTraversalMode.TOP_DOWN)) {
                if (!runs(type, method)) mistakes.add(type.getSimpleName() + "." + method.getName());
                Arrays.stream(method.getAnnotationsByType(Conformance.class))
                        .forEach(shown -> tests.computeIfAbsent(shown.value(), id -> new ArrayList<>())
                                .add(outermost(type).getSimpleName()));
            }
        }
        tests.replaceAll((id, names) -> names.stream().distinct().sorted().toList());
        return new ShownBehaviours(tests, mistakes);
    }

    private static boolean runs(Class<?> type, Method method) {
        String name = outermost(type).getSimpleName();
        return (name.endsWith("Test") || name.endsWith("IT"))
                && (AnnotationSupport.isAnnotated(method, Test.class)
                        || AnnotationSupport.isAnnotated(method, ParameterizedTest.class))
                && !AnnotationSupport.isAnnotated(method, Disabled.class)
                && !AnnotationSupport.isAnnotated(type, Disabled.class);
    }

    private static Class<?> outermost(Class<?> type) {
        return type.getEnclosingClass() == null ? type : outermost(type.getEnclosingClass());
    }
}
