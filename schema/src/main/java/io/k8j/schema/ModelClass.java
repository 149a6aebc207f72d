package io.k8j.schema;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Quantity;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * What the annotations of one model class say about its properties. A class that asks for more than plain values, lists,
 * maps and other such classes has none; Jackson does those.
 */
record ModelClass(Class<?> type, List<Property> properties) {
    private static final Map<Type, String> SHAPES = Map.of(
            String.class, "s",
            Integer.class, "i",
            Long.class, "l",
            Boolean.class, "b",
            Double.class, "d",
            Quantity.class, "q",
            IntOrString.class, "n",
            MicroTime.class, "t",
            ZonedDateTime.class, "z");

    /** One property with its shape, see {@link ModelAccess#properties()}. */
    record Property(String name, String shape, Method getter, Method setter, List<Class<?>> mentions) {}

    /** Null if the class is not plain. */
    static ModelClass of(Class<?> type) {
        JsonInclude include = type.getAnnotation(JsonInclude.class);
        if (type.getSuperclass() != Object.class
                || Modifier.isAbstract(type.getModifiers())
                || include == null
                || include.value() != JsonInclude.Include.NON_NULL
                || isSpecial(type)
                || !hasOthers(type)) {
            return null;
        }
        Map<String, Property> found = new TreeMap<>();
        for (Field field : type.getDeclaredFields()) {
            JsonProperty name = field.getAnnotation(JsonProperty.class);
            if (name == null) continue;
            Property property = property(type, field, name.value());
            if (property == null) return null;
            found.put(name.value(), property);
        }
        return new ModelClass(type, ordered(type, found));
    }

    private static List<Property> ordered(Class<?> type, Map<String, Property> found) {
        Map<String, Property> ordered = new LinkedHashMap<>();
        JsonPropertyOrder order = type.getAnnotation(JsonPropertyOrder.class);
        if (order != null) {
            for (String name : order.value()) if (found.containsKey(name)) ordered.put(name, found.get(name));
        }
        ordered.putAll(found); // the rest, by name
        return List.copyOf(ordered.values());
    }

    private static Property property(Class<?> type, Field field, String name) {
        Method getter = accessor(type, "get", name, 0);
        Method setter = accessor(type, "set", name, 1);
        if (getter == null || setter == null || isSpecial(field) || isSpecial(getter) || isSpecial(setter)) return null;
        List<Class<?>> mentions = new ArrayList<>();
        String shape = shape(field.getGenericType(), mentions);
        if (shape == null) return null;
        JsonInclude include = field.getAnnotation(JsonInclude.class);
        boolean leftOutIfEmpty = include != null && include.value() == JsonInclude.Include.NON_EMPTY;
        return new Property(name, (leftOutIfEmpty ? "?" : "") + shape, getter, setter, mentions);
    }

    private static Method accessor(Class<?> type, String prefix, String name, int parameters) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(m -> m.getName().startsWith(prefix) && m.getParameterCount() == parameters && !m.isBridge())
                .filter(m -> m.getAnnotation(JsonProperty.class) != null
                        && m.getAnnotation(JsonProperty.class).value().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static String shape(Type type, List<Class<?>> mentions) {
        if (SHAPES.containsKey(type)) return SHAPES.get(type);
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            String item = shape(arguments[arguments.length - 1], mentions);
            if (item == null) return null;
            if (generic.getRawType() == List.class) return "[" + item;
            return generic.getRawType() == Map.class && arguments[0] == String.class ? "{" + item : null;
        }
        if (type instanceof Class<?> model && ModelAccess.implementation(model.getName()) != null) {
            mentions.add(model);
            return "m" + model.getName();
        }
        return null;
    }

    private static boolean isSpecial(AnnotatedElement element) {
        JsonDeserialize how = element.getAnnotation(JsonDeserialize.class);
        return how != null && how.using() != ValueDeserializer.None.class;
    }

    private static boolean hasOthers(Class<?> type) {
        Set<String> names = Set.of("getAdditionalProperties", "setAdditionalProperty");
        return Arrays.stream(type.getDeclaredMethods())
                        .map(Method::getName)
                        .filter(names::contains)
                        .distinct()
                        .count()
                == names.size();
    }
}
