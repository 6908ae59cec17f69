import lit from 'eslint-plugin-lit';
import a11y from 'eslint-plugin-lit-a11y';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers read well in templates of text; what must not be there is an object or null.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { lit, 'lit-a11y': a11y },
    rules: {
      ...lit.configs['flat/all'].rules,
      // Templates of static styles and of icons' paths are values as well.
      'lit/no-template-bind': 'off',
      'lit/no-template-arrow': 'off',
      'lit/no-template-map': 'off',
      ...a11y.configs.recommended.rules,
    },
  },
  {
    files: ['tools/**/*.ts', 'tests/**/*.ts'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-floating-promises': 'off' },
  },
);
