package io.k8j.schema;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.constant.ConstantDescs.CD_Map;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** Writes a {@link ModelAccess} for each plain model class that a built-in kind consists of. */
final class AccessGenerator {
    private static final String MODELS = "io.fabric8.kubernetes.api.model.";
    private static final ClassDesc SUPER = ClassDesc.of("io.k8j.schema.ModelAccess");
    private static final MethodTypeDesc GET = MethodTypeDesc.of(CD_Object, CD_Object, CD_int);
    private static final MethodTypeDesc SET = MethodTypeDesc.of(CD_void, CD_Object, CD_int, CD_Object);
    private static final MethodTypeDesc SET_OTHER = MethodTypeDesc.of(CD_void, CD_Object, CD_String, CD_Object);
    private static final MethodTypeDesc OTHERS = MethodTypeDesc.of(CD_Map, CD_Object);

    private AccessGenerator() {}

    /** @param directory that of this package's classes */
    static void write(Path directory, Collection<String> typeNames) throws IOException {
        Path target = Files.createDirectories(directory.resolve("access"));
        Set<Class<?>> seen = new LinkedHashSet<>(roots(typeNames));
        Deque<Class<?>> waiting = new ArrayDeque<>(seen);
        while (!waiting.isEmpty()) {
            ModelClass model = ModelClass.of(waiting.poll());
            if (model == null) continue;
            String name = ModelAccess.implementation(model.type().getName());
            Files.write(target.resolve(name.substring(name.lastIndexOf('.') + 1) + ".class"), generate(name, model));
            for (ModelClass.Property property : model.properties()) {
                for (Class<?> mentioned : property.mentions()) if (seen.add(mentioned)) waiting.add(mentioned);
            }
        }
    }

    /** Classes of kinds lie in a package of their group and version, of their group, or in the root package. */
    private static List<Class<?>> roots(Collection<String> typeNames) {
        List<Class<?>> roots = new ArrayList<>();
        for (String typeName : typeNames) {
            String[] parts = typeName.split("\\.");
            if (parts.length < 3) continue;
            String group = parts[parts.length - 3];
            String kind = parts[parts.length - 1];
            for (String name : List.of(group + "." + parts[parts.length - 2] + "." + kind, group + "." + kind, kind)) {
                Class<?> found = load(MODELS + name);
                if (found != null && HasMetadata.class.isAssignableFrom(found)) roots.add(found);
            }
        }
        return roots;
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException | LinkageError absent) {
            return null; // a type that is no kind, or one that differs from a class in upper and lower case only
        }
    }

    private static byte[] generate(String name, ModelClass model) {
        ClassDesc type = ClassDesc.of(model.type().getName());
        String properties = model.properties().stream()
                .map(property -> property.name() + "\t" + property.shape())
                .collect(Collectors.joining("\n"));
        return ClassFile.of()
                .build(
                        ClassDesc.of(name),
                        made -> made.withFlags(ACC_PUBLIC | ACC_FINAL)
                                .withSuperclass(SUPER)
                                .withMethodBody(
                                        INIT_NAME,
                                        MTD_void,
                                        ACC_PUBLIC,
                                        code -> code.aload(0)
                                                .invokespecial(SUPER, INIT_NAME, MTD_void)
                                                .return_())
                                .withMethodBody(
                                        "properties",
                                        MethodTypeDesc.of(CD_String),
                                        ACC_PUBLIC,
                                        code -> code.ldc(properties).areturn())
                                .withMethodBody(
                                        "create",
                                        MethodTypeDesc.of(CD_Object),
                                        ACC_PUBLIC,
                                        code -> code.new_(type)
                                                .dup()
                                                .invokespecial(type, INIT_NAME, MTD_void)
                                                .areturn())
                                .withMethodBody(
                                        "get",
                                        GET,
                                        ACC_PUBLIC,
                                        code -> choose(
                                                code,
                                                model,
                                                (each, property) -> each.aload(1)
                                                        .checkcast(type)
                                                        .invokevirtual(
                                                                type,
                                                                property.getter()
                                                                        .getName(),
                                                                descriptor(property.getter()))
                                                        .areturn()))
                                .withMethodBody(
                                        "set",
                                        SET,
                                        ACC_PUBLIC,
                                        code -> choose(
                                                code,
                                                model,
                                                (each, property) -> each.aload(1)
                                                        .checkcast(type)
                                                        .aload(3)
                                                        .checkcast(descriptor(property.setter())
                                                                .parameterType(0))
                                                        .invokevirtual(
                                                                type,
                                                                property.setter()
                                                                        .getName(),
                                                                descriptor(property.setter()))
                                                        .return_()))
                                .withMethodBody(
                                        "setOther",
                                        SET_OTHER,
                                        ACC_PUBLIC,
                                        code -> code.aload(1)
                                                .checkcast(type)
                                                .aload(2)
                                                .aload(3)
                                                .invokevirtual(
                                                        type,
                                                        "setAdditionalProperty",
                                                        MethodTypeDesc.of(CD_void, CD_String, CD_Object))
                                                .return_())
                                .withMethodBody(
                                        "others",
                                        OTHERS,
                                        ACC_PUBLIC,
                                        code -> code.aload(1)
                                                .checkcast(type)
                                                .invokevirtual(
                                                        type, "getAdditionalProperties", MethodTypeDesc.of(CD_Map))
                                                .areturn()));
    }

    private static MethodTypeDesc descriptor(Method method) {
        MethodTypeDesc shape =
                MethodTypeDesc.of(method.getReturnType().describeConstable().orElseThrow());
        for (Class<?> parameter : method.getParameterTypes()) {
            shape = shape.insertParameterTypes(
                    shape.parameterCount(), parameter.describeConstable().orElseThrow());
        }
        return shape;
    }

    /** A switch over the number of the property, which is the second parameter. */
    private static void choose(CodeBuilder code, ModelClass model, BiConsumer<CodeBuilder, ModelClass.Property> body) {
        Label none = code.newLabel();
        List<SwitchCase> cases = new ArrayList<>();
        for (int i = 0; i < model.properties().size(); i++) cases.add(SwitchCase.of(i, code.newLabel()));
        ClassDesc fault = ClassDesc.of("java.lang.IndexOutOfBoundsException");
        if (!cases.isEmpty()) code.iload(2).tableswitch(none, cases);
        for (int i = 0; i < cases.size(); i++) {
            code.labelBinding(cases.get(i).target());
            body.accept(code, model.properties().get(i));
        }
        code.labelBinding(none)
                .new_(fault)
                .dup()
                .iload(2)
                .invokespecial(fault, INIT_NAME, MethodTypeDesc.of(CD_void, CD_int))
                .athrow();
    }
}
