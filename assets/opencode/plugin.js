// awtui's part inside OpenCode: the password of its server stays out of the shells that the model uses, so that it does
// not answer by itself what it asks the operator. Loaded for one launch; it does nothing else.
export const Awtui = async () => ({
  "shell.env": async (_input, output) => {
    output.env.OPENCODE_SERVER_PASSWORD = ""
  },
})
