package dev.mto.engine.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says what a key of a configuration is, on the record component that holds it: the one source of
 * the reference of settings and of {@code config --explain}. Types, choices and defaults are not
 * repeated here; they are read from the component and from the recipes.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@Repeatable(Setting.All.class)
public @interface Setting {
  /** What the key sets, as a sentence. */
  String value();

  /** What the value counts, such as {@code pixels}; empty for numbers without a unit. */
  String unit() default "";

  /** Which values are allowed, where the type alone does not say it. */
  String range() default "";

  /**
   * The key within the component that is meant, in YAML's spelling, where the component's record
   * belongs to a module without configurations; empty for the component itself.
   */
  String of() default "";

  /** Several on one component. */
  @Documented
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.RECORD_COMPONENT)
  @interface All {
    /** Each of them. */
    Setting[] value();
  }
}
