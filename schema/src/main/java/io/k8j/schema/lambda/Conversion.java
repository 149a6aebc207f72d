package io.k8j.schema.lambda;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;
import java.util.Optional;

/** Makes a value of one type on the stack one of another, as {@link java.lang.invoke.LambdaMetafactory} says. */
final class Conversion {
    private static final Map<ClassDesc, ClassDesc> BOXES = Map.of(
            ConstantDescs.CD_boolean, ConstantDescs.CD_Boolean,
            ConstantDescs.CD_byte, ConstantDescs.CD_Byte,
            ConstantDescs.CD_char, ConstantDescs.CD_Character,
            ConstantDescs.CD_short, ConstantDescs.CD_Short,
            ConstantDescs.CD_int, ConstantDescs.CD_Integer,
            ConstantDescs.CD_long, ConstantDescs.CD_Long,
            ConstantDescs.CD_float, ConstantDescs.CD_Float,
            ConstantDescs.CD_double, ConstantDescs.CD_Double);

    private Conversion() {}

    /**
     * Appends what is needed.
     *
     * @param known what the value is, if that is more than its type says; else the type again
     */
    static void append(CodeBuilder code, ClassDesc from, ClassDesc known, ClassDesc to) {
        if (from.isPrimitive()) {
            if (to.isPrimitive()) {
                widen(code, from, to);
            } else {
                ClassDesc box = BOXES.get(from);
                code.invokestatic(box, "valueOf", MethodTypeDesc.of(box, from));
            }
            return;
        }
        ClassDesc exact = cast(code, from, known.isPrimitive() ? from : known);
        if (!to.isPrimitive()) {
            cast(code, exact, to);
            return;
        }
        Optional<ClassDesc> boxed = unboxed(exact);
        ClassDesc value = boxed.orElse(to);
        ClassDesc box = cast(code, exact, BOXES.get(value));
        code.invokevirtual(box, value.displayName() + "Value", MethodTypeDesc.of(value));
        widen(code, value, to);
    }

    private static ClassDesc cast(CodeBuilder code, ClassDesc from, ClassDesc to) {
        if (from.equals(to) || to.equals(ConstantDescs.CD_Object)) return from;
        code.checkcast(to);
        return to;
    }

    private static void widen(CodeBuilder code, ClassDesc from, ClassDesc to) {
        TypeKind before = TypeKind.from(from).asLoadable();
        TypeKind after = TypeKind.from(to).asLoadable();
        if (before != after) code.conversion(before, after);
    }

    private static Optional<ClassDesc> unboxed(ClassDesc box) {
        return BOXES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(box))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
